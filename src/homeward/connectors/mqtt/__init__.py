"""What speaks MQTT, as data: templates say which topic and field is which signal, for a broker that is already there
and for the hub's own door."""
