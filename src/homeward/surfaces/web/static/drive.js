// The Drive page: the road ahead with the car in the lower middle, turned its way. Data from drive.py; says `go`, `seek`, `reach`.
const TURNS = {
  left: "M29 32V16H7M7 16l8-8M7 16l8 8", right: "M7 32V16H29M29 16l-8-8M29 16l-8 8", straight: "M18 32V6M18 6l-9 9M18 6l9 9",
  charge: "M21 3L8 20h9l-3 13 14-18h-9z",
  there: "M18 32c-8-9-11-13-11-18a11 11 0 0 1 22 0c0 5-3 9-11 18zM18 10v8",
};

export default {
  props: { data: Object, map: Object },
  emits: ["go", "seek", "reach"],
  data: () => ({ width: 0, height: 0, above: 0, below: 0, asking: false, text: "" }),
  template: `
  <div class="drive" ref="box">
    <svg v-if="width" class="road" role="img" :aria-label="label" :width="width" :height="height" :viewBox="'0 0 ' + width + ' ' + height">
      <g v-if="data.here" :transform="view">
        <path v-for="(one, i) in roads" :key="i" :d="one[1]" fill="none" :stroke="one[0] === 2 ? 'var(--hair)' : 'var(--strong-hair)'" :stroke-width="(data.reach ? [4, 2, 1] : [9, 7, 4])[one[0]] / scale" stroke-linecap="round" stroke-linejoin="round"/>
        <path v-if="data.reach" :d="data.reach.rings.map(line).join('Z') + 'Z'" fill="var(--car)" fill-opacity="0.14" fill-rule="evenodd" stroke="var(--car)" :stroke-width="2 / scale" stroke-linejoin="round"/>
        <path v-if="routed" :d="line(data.route)" fill="none" stroke="var(--car)" :stroke-width="9 / scale" stroke-linecap="round" stroke-linejoin="round"/>
        <circle v-if="routed" :cx="end[0]" :cy="-end[1]" :r="9 / scale" fill="var(--surface)" stroke="var(--car)" :stroke-width="4 / scale"/>
        <g v-for="(one, i) in data.events" :key="'e' + i" :transform="'translate(' + one[0] + ',' + -one[1] + ') rotate(' + -turned + ') scale(' + 1 / scale + ')'">
          <circle r="12" fill="var(--alarm)"/><path d="M-6 0H6" stroke="#fff" stroke-width="4" stroke-linecap="round"/>
        </g>
        <g v-for="(one, i) in routed ? data.stops : []" :key="'s' + i" :transform="'translate(' + one[0] + ',' + -one[1] + ') rotate(' + -turned + ') scale(' + 1 / scale + ')'">
          <circle r="14" fill="var(--surface)" stroke="var(--car)" stroke-width="2"/><path d="M2-9L-6 2h5l-2 7 8-11H0z" fill="var(--car)"/>
        </g>
      </g>
      <g v-if="data.here" :transform="'translate(' + (middle + (data.here[0] - centre[0]) * scale) + ',' + (foot - (data.here[1] - centre[1]) * scale) + ')'"><circle r="24" fill="var(--car)" opacity="0.18"/><path :transform="'rotate(' + (data.heading + turned) + ')'" d="M0-18L13 15 0 8-13 15Z" fill="var(--car)" stroke="var(--surface)" stroke-width="2"/></g>
    </svg>
    <div class="turn card" ref="top" aria-live="polite">
      <div v-if="data.reach"><p class="far">{{ data.reach.words }}</p><p class="street">on this charge, in this weather, the reserve kept</p></div>
      <template v-else-if="data.turn">
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
      <p v-for="one in later" :key="one[2]" class="reason soft">{{ one[2] }}</p>
      <div class="acts">
        <button v-if="data.to" class="press" type="button" @click="go('')">Stop</button>
        <button v-if="data.home && data.to !== 'Home'" class="press strong" type="button" @click="go('home')">Home</button>
        <button v-if="!data.moving" class="press" type="button" :aria-expanded="String(asking)" @click="asking = !asking">{{ asking ? "Close" : "Where to" }}</button>
        <button v-if="!data.moving && data.map" class="press" type="button" :aria-pressed="String(!!data.reach)" @click="$emit('reach', !data.reach)">{{ data.reach ? "Back" : "Range" }}</button>
      </div>
      <form v-if="asking && !data.moving" class="ask" @submit.prevent="text.trim() && go(text)">
        <input v-model="text" class="field" type="text" maxlength="200" autocomplete="off" aria-label="Where to" placeholder="A street, a town, a station" @input="$emit('seek', text)">
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
    foot() {
      const low = this.data.reach ? 0.5 : this.beside ? 0.66 : 0.72;
      return this.beside ? this.height * low : this.above + 16 + (this.height - this.above - this.below - 48) * low;
    },
    scale() { return this.area ? 0.92 * Math.min(this.room[0] / this.area[2], this.room[1] / this.area[3]) : Math.min(this.width, this.height) / (this.data.moving ? 700 : 1100); },
    view() { const [e, n] = this.centre; return `translate(${this.middle},${this.foot}) rotate(${this.turned}) scale(${this.scale}) translate(${-e},${n})`; },
    // the range is shown north up, in the room that the cards leave
    turned() { return this.data.reach ? 0 : -this.data.heading; },
    room() { return this.beside ? [this.width - 544, this.height] : [this.width, this.height - this.above - this.below - 48]; },
    area() {
      if (!this.data.reach) return null;
      const points = [...this.data.reach.rings.flat(), this.data.here], [e, n] = [0, 1].map((axis) => points.map((one) => one[axis]));
      const [west, east, south, north] = [Math.min(...e), Math.max(...e), Math.min(...n), Math.max(...n)];
      return [(west + east) / 2, (south + north) / 2, Math.max(600, east - west), Math.max(600, north - south)];
    },
    centre() { return this.area || this.data.here; },
    routed() { return this.data.route.length > 1 && !this.data.reach; },
    later() { return this.data.stops.slice(this.data.stops.length && this.data.why === this.data.stops[0][2] ? 1 : 0); },
    end() { return this.data.route[this.data.route.length - 1]; },
    arrow() { const turn = this.data.turn.turn; return TURNS[turn.replace("sharp ", "")] || TURNS.straight; },
    spoken() { const { turn, street } = this.data.turn; return turn === "there" ? street : turn === "charge" ? `charge at ${street}` : turn === "straight" ? `on ${street}` : `${turn} into ${street}`; },
    label() { return this.data.to ? `The way to ${this.data.to}, there at ${this.data.arrival}` : "The roads around"; },
  },
  methods: {
    line(points) { return points.length > 1 ? "M" + points.map(([e, n]) => `${e},${-n}`).join("L") : ""; },
    go(to) { this.$emit("go", to); this.text = ""; this.asking = false; },
  },
};
