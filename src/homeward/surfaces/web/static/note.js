// What is simulated, and what a visitor of the demo may make happen. Data from frame.py; says `press`.
export default {
  props: { data: Object },
  emits: ["press"],
  data: () => ({ pressed: "" }),
  template: `
  <div v-if="data.text || data.buttons.length" class="note" role="note">
    <p>{{ data.text }}</p>
    <div class="acts">
      <button v-for="one in data.buttons" :key="one.name" class="press" type="button" :disabled="pressed === one.name" @click="press(one.name)">{{ one.label }}</button>
    </div>
  </div>`,
  methods: {
    // a button rests for a second after it was pressed: it was heard, and twice is rarely meant
    press(name) { this.pressed = name; this.$emit("press", name); setTimeout(() => { this.pressed = ""; }, 1000); },
  },
};
