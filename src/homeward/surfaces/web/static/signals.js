// Every signal of every node, live: value, age, a line of its past on demand, and where it comes from. Data from nodes.py.
import { glyph } from "homeward/glyphs.js";

const MOST = 150;

const chart = {
  props: { points: Array, wide: Boolean, unit: String },
  template: `
  <svg v-if="path" :class="wide ? 'chart' : 'spark'" :viewBox="'0 0 ' + w + ' ' + h" preserveAspectRatio="none" aria-hidden="true">
    <path :d="path" fill="none" stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke" stroke-linejoin="round"/>
  </svg>`,
  computed: {
    w() { return this.wide ? 600 : 96; },
    h() { return this.wide ? 96 : 24; },
    path() {
      const p = this.points;
      if (!p || p.length < 2) return "";
      const [t0, t1] = [p[0][0], p.at(-1)[0]], values = p.map(([, v]) => v);
      const low = Math.min(...values), span = Math.max(...values) - low || 1;
      return "M" + p.map(([t, v]) => `${((t - t0) / (t1 - t0 || 1) * this.w).toFixed(1)},${(this.h - 2 - (v - low) / span * (this.h - 4)).toFixed(1)}`).join("L");
    },
  },
};

export default {
  components: { chart, glyph },
  props: { data: Object },
  emits: ["seek", "unfold"],
  data: () => ({ words: "", open: "", all: false, changes: {}, pasts: {}, details: {}, now: 0, asked: new Set() }),
  template: `
  <div class="signals">
    <div class="search">
      <label class="heard" for="seek">Search signals</label>
      <input id="seek" class="field" type="search" v-model="words" placeholder="Search signals" autocomplete="off" spellcheck="false">
    </div>
    <div class="soft count"><span aria-live="polite">{{ found.length }} {{ found.length === 1 ? "signal" : "signals" }}</span>
      <button v-if="hidden" class="press plain" type="button" :aria-pressed="null" @click="all = !all">{{ all ? "Hide" : "Show" }} {{ hidden }} never heard</button>
    </div>
    <div v-if="!found.length" class="empty"><b>Nothing by that name</b>Try a word of the path, a node or a value: battery, lind/car, on</div>
    <section v-for="group in groups" :key="group.node" class="card group" :aria-label="group.node">
      <h2><glyph :name="group.kind" :class="group.kind"/>{{ group.name }}<span class="soft small">{{ group.node }}</span></h2>
      <ul>
        <li v-for="row in group.rows" :key="row.id">
          <button class="line" type="button" :aria-expanded="String(open === row.id)" @click="toggle(row)">
            <span class="path"><span class="leaf">{{ row.title }}</span><span class="soft small">{{ row.path }}</span></span>
            <span class="line-spark" :ref="(el) => watch(el, row)"><chart :points="pasts[row.id]"/></span>
            <span class="value" :class="{ dash: row.unknown, text: row.wordy }">{{ row.value }}<span v-if="row.unit" class="unit">&nbsp;{{ row.unit }}</span></span>
            <span class="age small" :class="{ old: old(row) }">{{ row.unknown ? "never heard" : age(row.at) }}</span>
          </button>
          <div v-if="open === row.id" class="detail">
            <p v-if="details[row.id]">{{ details[row.id].description }}</p>
            <template v-if="row.numeric">
              <chart v-if="(pasts[row.id] || []).length > 1" wide :points="pasts[row.id]"/>
              <p v-else class="soft">{{ pasts[row.id] ? "Nothing kept from the last six hours" : "Looking up the last six hours" }}</p>
              <p v-if="(pasts[row.id] || []).length > 1" class="soft small ends"><span>{{ age(pasts[row.id][0][0]) }}</span><span>{{ extent(row) }}</span><span>now</span></p>
            </template>
            <dl v-if="details[row.id]" class="small"><template v-for="fact in details[row.id].facts" :key="fact[0]"><dt>{{ fact[0] }}</dt><dd>{{ fact[1] }}</dd></template></dl>
          </div>
        </li>
      </ul>
    </section>
    <p v-if="found.length > most" class="soft small count">The first {{ most }} are shown. A word in the search narrows them down.</p>
  </div>`,
  created() {
    this.most = MOST;
    this.now = this.data.now;
    this.eyes = new IntersectionObserver((seen) => seen.forEach((one) => { if (one.isIntersecting) this.seek(one.target.dataset.id); }));
  },
  unmounted() { this.eyes.disconnect(); },
  computed: {
    rows() { return this.data.rows.map((row) => this.changes[row.id] ? { ...row, ...this.changes[row.id] } : row); },
    hidden() { return this.rows.filter((row) => row.unknown).length; },
    found() {
      const wanted = this.words.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (row) => wanted.every((word) => `${row.node} ${row.path} ${row.title} ${row.value}`.toLowerCase().includes(word));
      return this.rows.filter((row) => (this.all || !row.unknown) && fits(row));
    },
    groups() {
      const groups = new Map();
      for (const row of this.found.slice(0, MOST)) {
        if (!groups.has(row.node)) groups.set(row.node, { node: row.node, name: row.name, kind: row.kind, rows: [] });
        groups.get(row.node).rows.push(row);
      }
      return [...groups.values()];
    },
  },
  methods: {
    // called by the page: lines that changed, and the house's time
    change(rows, now) {
      this.now = now;
      if (!rows.length) return;
      const next = { ...this.changes };
      for (const row of rows) {
        next[row.id] = row;
        const past = this.pasts[row.id];
        if (past && row.number != null) this.pasts[row.id] = [...past.slice(-240), [row.at, row.number]];
      }
      this.changes = next;
    },
    // called by the page: the past of one line
    past(id, points) { this.pasts[id] = points; },
    // called by the page: description and facts of one line
    detail(id, facts) { this.details[id] = facts; },
    toggle(row) {
      this.open = this.open === row.id ? "" : row.id;
      if (this.open) { this.$emit("unfold", row.id); this.seek(row.id); }
    },
    watch(element, row) { if (element && row.numeric) { element.dataset.id = row.id; this.eyes.observe(element); } },
    seek(id) { if (!this.asked.has(id)) { this.asked.add(id); this.$emit("seek", id); } },
    old(row) { return !row.unknown && this.now - row.at > 3600; },
    age(at) {
      const s = this.now - at;
      if (s < 1.5) return "now";
      for (const [limit, unit, size] of [[90, "s", 1], [5400, "min", 60], [129600, "h", 3600]]) if (s < limit) return `${Math.round(s / size)} ${unit} ago`;
      return `${Math.round(s / 86400)} days ago`;
    },
    extent(row) {
      const values = this.pasts[row.id].map(([, v]) => v), short = (v) => String(Math.round(v * 100) / 100);
      return `${short(Math.min(...values))} to ${short(Math.max(...values))} ${row.unit}`;
    },
  },
};
