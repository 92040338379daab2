// What happens next, what to have instead, and what became of each wish. Data from next.py; says `ask` and `undo`.
import { glyph } from "homeward/glyphs.js";

export default {
  components: { glyph },
  props: { data: Object },
  emits: ["ask", "undo"],
  data: () => ({ open: false, until: "plan", clock: performance.now(), seen: {} }),
  template: `
  <section class="card" aria-labelledby="next-title">
    <div class="row spread">
      <h2 id="next-title">Next</h2>
      <button v-if="data.can" class="press" type="button" :aria-expanded="String(open)" aria-controls="instead" @click="open = !open">{{ open ? "Close" : "Instead" }}</button>
    </div>
    <ol class="steps">
      <li v-for="step in data.steps" :key="step.text"><span class="dot" :class="step.colour"></span><time>{{ step.time }}</time><span>{{ step.text }}</span></li>
    </ol>
    <p v-if="!data.steps.length" class="soft">{{ data.nothing }}</p>
    <ul v-if="data.asked.length" class="asked" aria-live="polite">
      <li v-for="one in data.asked" :key="one.id" :class="one.state">
        <span class="what">{{ one.text }}<span class="small">{{ one.said }}<template v-if="one.state === 'asked'">, {{ since(one) }} s ago</template></span></span>
        <button v-if="one.undo" class="press plain" type="button" :aria-label="'Undo: ' + one.text" @click="$emit('undo', one.id)">Undo</button>
      </li>
    </ul>
    <div v-if="open" id="instead" class="instead">
      <div role="group" aria-label="Until when">
        <p class="soft small" style="margin-bottom: 8px">Until</p>
        <div class="choices">
          <button v-for="choice in data.untils" :key="choice[0]" class="press" type="button" :aria-pressed="String(until === choice[0])" @click="until = choice[0]">{{ choice[1] }}</button>
        </div>
      </div>
      <div class="choices even">
        <button class="press" type="button" @click="ask('warm')">Warm now</button>
        <button class="press" type="button" @click="ask('rest')">Not today</button>
      </div>
      <div class="step-target" role="group" aria-label="Target temperature">
        <button class="press round" type="button" aria-label="Half a degree cooler" :disabled="!data.cooler" @click="ask('cooler')">
          <glyph name="less"/></button>
        <output aria-live="polite">{{ data.target }}</output>
        <button class="press round" type="button" aria-label="Half a degree warmer" :disabled="!data.warmer" @click="ask('warmer')">
          <glyph name="more"/></button>
      </div>
    </div>
  </section>`,
  created() {
    this.note();
    this.timer = setInterval(() => { if (this.data.asked.some((one) => one.state === "asked")) this.clock = performance.now(); }, 100);
  },
  unmounted() { clearInterval(this.timer); },
  watch: { data() { this.note(); } },
  methods: {
    ask(what) { this.$emit("ask", { what, until: this.until }); },
    note() { for (const one of this.data.asked) this.seen[one.id] ??= performance.now() - 1000 * (one.age ?? 0); },
    since(one) { return (Math.max(0, this.clock - this.seen[one.id]) / 1000).toFixed(1); },
  },
};
