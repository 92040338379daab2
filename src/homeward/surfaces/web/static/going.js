// Where the household is going, and how to say it. Data from going.py; says `go`, `seek` and `share`.
export default {
  props: { data: Object },
  emits: ["go", "seek", "share"],
  data: () => ({ text: "", open: false }),
  template: `
  <section class="card going" aria-labelledby="going-title">
    <div class="row spread">
      <h2 id="going-title">{{ data.to ? "Going to" : "Where to" }}</h2>
      <span v-if="data.to" class="row">
        <button v-if="data.can_share" class="press plain" type="button" @click="$emit('share')">Share</button>
        <button class="press" type="button" @click="go('')">Stop</button>
      </span>
    </div>
    <div v-if="data.to" aria-live="polite">
      <p class="there"><span>{{ data.to }}</span><span class="car">{{ data.arrival }}</span></p>
      <p class="soft">{{ [data.between, data.left, data.charge].filter(Boolean).join(" · ") }}</p>
      <p v-if="data.why">{{ data.why }}</p>
      <p v-if="data.guide" class="person">{{ data.guide }}</p>
      <p v-if="data.said" class="small soft">{{ data.said }}</p>
      <p v-if="link" class="small">Whoever has <a :href="link" class="link">{{ link }}</a> sees the arrival until {{ data.shared_until }}, and nothing else</p>
    </div>
    <p v-else-if="data.why" class="soft">{{ data.why }}</p>
    <form class="ask" @submit.prevent="text.trim() && go(text)">
      <input v-model="text" class="field" type="text" maxlength="200" autocomplete="off" aria-label="Where to" :placeholder="data.map ? 'A street, a town' : '60.1699,24.9384 a name'" @input="$emit('seek', text)">
      <button class="press strong" type="submit" :disabled="!text.trim()">Go</button>
    </form>
    <div class="choices">
      <button v-if="data.home && data.to !== 'Home'" class="press" type="button" @click="go('home')">Home</button>
      <button v-for="name in text.trim() ? data.found : []" :key="name" class="press" type="button" @click="go(name)">{{ name }}</button>
    </div>
    <p v-if="data.problem" class="small" role="alert">{{ data.problem }}</p>
  </section>`,
  computed: { link() { return this.data.shared ? location.origin + this.data.shared : ""; } },
  methods: { go(to) { this.$emit("go", to); this.text = ""; this.$emit("seek", ""); } },
};
