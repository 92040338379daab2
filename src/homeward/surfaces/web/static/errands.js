// What people are asked to do by hand, and their answers. Data from errands.py; says `answer`.
export default {
  props: { data: Object },
  emits: ["answer"],
  data: () => ({ asked: "" }),
  template: `
  <section v-if="data.errands.length" class="card errands" aria-labelledby="errands-title">
    <h2 id="errands-title">For you to do</h2>
    <p v-if="data.problem" class="small" role="alert">{{ data.problem }}</p>
    <ul aria-live="polite">
      <li v-for="one in data.errands" :key="one.id">
        <p>{{ one.text }}<span class="small soft">{{ one.when }}</span></p>
        <p class="small soft">{{ one.why }}</p>
        <div class="choices">
          <button class="press strong" type="button" :disabled="asked === one.id" :aria-label="'Done: ' + one.text" @click="answer(one.id, true)">Done</button>
          <button class="press plain" type="button" :disabled="asked === one.id" :aria-label="'Not now: ' + one.text" @click="answer(one.id, false)">Not now</button>
        </div>
      </li>
    </ul>
  </section>`,
  watch: { data() { this.asked = ""; } },
  methods: {
    // a button rests until the answer shows, or for two seconds
    answer(id, done) { this.asked = id; this.$emit("answer", { id, done }); setTimeout(() => { this.asked = ""; }, 2000); },
  },
};
