// Which skills act and which only watch, and the buttons that change it. Data from skills.py; says `let`.
export default {
  props: { data: Object },
  emits: ["let"],
  data: () => ({ open: false, asked: "" }),
  template: `
  <section v-if="data.shown" class="card skills" aria-labelledby="skills-title">
    <h2 id="skills-title">{{ data.title }}</h2>
    <p aria-live="polite">{{ data.text }}</p>
    <p v-if="data.problem" class="small" role="alert">{{ data.problem }}</p>
    <div class="choices">
      <button v-if="data.acting < data.skills.length" class="press strong" type="button" :disabled="asked === 'all'" @click="ask('', true)">{{ data.acting ? "Let all act" : "Let it act" }}</button>
      <button v-else class="press" type="button" :disabled="asked === 'all'" @click="ask('', false)">Only watch</button>
      <button v-if="data.skills.length > 1" class="press plain" type="button" :aria-expanded="String(open)" aria-controls="skills-each" @click="open = !open">{{ open ? "Close" : "One by one" }}</button>
    </div>
    <ul v-if="open" id="skills-each">
      <li v-for="one in data.skills" :key="one.name">
        <span class="what">{{ one.name }}<span class="small soft">{{ one.does }}</span></span>
        <button class="press" type="button" :disabled="asked === one.name" :aria-label="(one.acts ? 'Only watch: ' : 'Let act: ') + one.name" @click="ask(one.name, !one.acts)">{{ one.acts ? "Only watch" : "Let act" }}</button>
      </li>
    </ul>
  </section>`,
  watch: { data() { this.asked = ""; } },
  methods: {
    // a button rests until the answer shows, or for two seconds
    ask(skill, act) { this.asked = skill || "all"; this.$emit("let", { skill, act }); setTimeout(() => { this.asked = ""; }, 2000); },
  },
};
