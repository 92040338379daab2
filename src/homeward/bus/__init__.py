"""The bus: a NATS server of our own that is the MQTT broker for devices and the durable log; start at `nats.Bus`."""
