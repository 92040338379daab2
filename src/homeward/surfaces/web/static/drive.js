// The Drive page: the road ahead with the car in the lower middle, turned its way. Data from drive.py; says `go`, `seek`.
const TURNS = {
  left: "M29 32V16H7M7 16l8-8M7 16l8 8", right: "M7 32V16H29M29 16l-8-8M29 16l-8 8", straight: "M18 32V6M18 6l-9 9M18 6l9 9",
  there: "M18 32c-8-9-11-13-11-18a11 11 0 0 1 22 0c0 5-3 9-11 18zM18 10v8",
};

export default {
  props: { data: Object, map: Object },
  emits: ["go", "seek"],
  data: () => ({ width: 0, height: 0, above: 0, below: 0, asking: false, text: "" }),
  template: `
  <div class="drive" ref="box">
    <svg v-if="width" class="road" role="img" :aria-label="label" :width="width" :height="height" :viewBox="'0 0 ' + width + ' ' + height">
      <g v-if="data.here" :transform="view">
        <path v-for="(one, i) in roads" :key="i" :d="one[1]" fill="none" :stroke="one[0] === 2 ? 'var(--hair)' : 'var(--strong-hair)'" :stroke-width="[9, 7, 4][one[0]] / scale" stroke-linecap="round" stroke-linejoin="round"/>
        <path v-if="data.route.length > 1" :d="line(data.route)" fill="none" stroke="var(--car)" :stroke-width="9 / scale" stroke-linecap="round" stroke-linejoin="round"/>
        <circle v-if="data.route.length > 1" :cx="end[0]" :cy="-end[1]" :r="9 / scale" fill="var(--surface)" stroke="var(--car)" :stroke-width="4 / scale"/>
        <g v-for="(one, i) in data.events" :key="'e' + i" :transform="'translate(' + one[0] + ',' + -one[1] + ') rotate(' + data.heading + ') scale(' + 1 / scale + ')'">
          <circle r="12" fill="var(--alarm)"/><path d="M-6 0H6" stroke="#fff" stroke-width="4" stroke-linecap="round"/>
        </g>
      </g>
      <g v-if="data.here" :transform="'translate(' + middle + ',' + foot + ')'"><circle r="24" fill="var(--car)" opacity="0.18"/><path d="M0-18L13 15 0 8-13 15Z" fill="var(--car)" stroke="var(--surface)" stroke-width="2"/></g>
    </svg>
    <div class="turn card" ref="top" aria-live="polite">
      <template v-if="data.turn">
        <svg width="56" height="56" viewBox="0 0 36 36" aria-hidden="true"><path :d="arrow" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>
        <div><p class="far">{{ data.turn.metres }}</p><p class="street">{{ spoken }}</p></div>
      </template>
      <div v-else><p class="far">{{ data.to ? data.to : "Where to?" }}</p><p class="street">{{ data.to ? data.why : data.map ? "Say it below, on the phone or on the watch" : "There is no map yet: homeward map build" }}</p></div>
    </div>
    <div class="foot card" ref="foot">
      <div class="when">
        <p v-if="data.to" class="name">{{ data.to }}</p>
        <p class="big car">{{ data.arrival || data.time }}</p>
        <p class="soft">{{ data.to ? [data.between, data.left].filter(Boolean).join(" · ") : "now" }}</p>
      </div>
      <div class="how">
        <p v-if="data.state" class="home">{{ data.state }}</p>
        <p v-if="data.charge" class="soft">{{ data.charge }}</p>
      </div>
      <p v-if="data.problem" class="reason" role="alert">{{ data.problem }}</p>
      <p v-else-if="data.turn && data.why" class="reason">{{ data.why }}</p>
      <div class="acts">
        <button v-if="data.to" class="press" type="button" @click="go('')">Stop</button>
        <button v-if="data.home && data.to !== 'Home'" class="press strong" type="button" @click="go('home')">Home</button>
        <button v-if="!data.moving" class="press" type="button" :aria-expanded="String(asking)" @click="asking = !asking">{{ asking ? "Close" : "Where to" }}</button>
      </div>
      <form v-if="asking && !data.moving" class="ask" @submit.prevent="text.trim() && go(text)">
        <input v-model="text" class="field" type="text" maxlength="200" autocomplete="off" aria-label="Where to" placeholder="Street" @input="$emit('seek', text)">
        <button class="press strong" type="submit" :disabled="!text.trim()">Go</button>
        <button v-for="name in text.trim() ? data.found.slice(0, 3) : []" :key="name" class="press" type="button" @click="go(name)">{{ name }}</button>
      </form>
      <p class="small soft copyright">{{ data.attribution }}</p>
    </div>
  </div>`,
  mounted() {
    const look = () => {
      if (!this.$refs.box) return;
      this.width = this.$refs.box.clientWidth; this.height = this.$refs.box.clientHeight;
      this.above = this.$refs.top.offsetHeight; this.below = this.$refs.foot.offsetHeight;
    };
    this.watcher = new ResizeObserver(look); look();
    for (const part of ["box", "top", "foot"]) this.watcher.observe(this.$refs[part]);
  },
  unmounted() { this.watcher?.disconnect(); },
  computed: {
    roads() { return [...this.map.lines].sort((a, b) => b[0] - a[0]).map(([weight, points]) => [weight, this.line(points)]); },
    // beside the cards where there is room, else between them; always more road ahead than behind
    beside() { return this.width >= 900 && this.height >= 500; },
    middle() { return this.beside ? (this.width + 512) / 2 : this.width / 2; },
    foot() { return this.beside ? this.height * 0.66 : this.above + 16 + (this.height - this.above - this.below - 48) * 0.72; },
    scale() { return Math.min(this.width, this.height) / (this.data.moving ? 700 : 1100); },
    view() { const [e, n] = this.data.here; return `translate(${this.middle},${this.foot}) rotate(${-this.data.heading}) scale(${this.scale}) translate(${-e},${n})`; },
    end() { return this.data.route[this.data.route.length - 1]; },
    arrow() { const turn = this.data.turn.turn; return TURNS[turn.replace("sharp ", "")] || TURNS.straight; },
    spoken() { const { turn, street } = this.data.turn; return turn === "there" ? street : turn === "straight" ? `on ${street}` : `${turn} into ${street}`; },
    label() { return this.data.to ? `The way to ${this.data.to}, there at ${this.data.arrival}` : "The roads around"; },
  },
  methods: {
    line(points) { return points.length > 1 ? "M" + points.map(([e, n]) => `${e},${-n}`).join("L") : ""; },
    go(to) { this.$emit("go", to); this.text = ""; this.asking = false; },
  },
};
