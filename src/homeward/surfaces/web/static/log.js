// What was done, by whom, why, and what became of it, newest first. Data from log.py.
export default {
  props: { data: Object },
  data: () => ({ words: "", state: "" }),
  template: `
  <div class="log">
    <div class="search">
      <label class="heard" for="sift">Search the log</label>
      <input id="sift" class="field" type="search" v-model="words" placeholder="Search what, why or who" autocomplete="off" spellcheck="false">
    </div>
    <div class="choices" role="group" aria-label="Outcome">
      <button v-for="one in states" :key="one[0]" class="press" type="button" :aria-pressed="String(state === one[0])" @click="state = one[0]">{{ one[1] }}</button>
    </div>
    <div v-if="!data.entries.length" class="empty"><b>Nothing was done yet</b>As soon as a skill or a person decides something, it stands here with its reason</div>
    <div v-else-if="!found.length" class="empty"><b>Nothing fits</b>Fewer words, or another outcome, may show more</div>
    <section v-for="day in days" :key="day.day" class="day" :aria-label="day.day">
      <h2>{{ day.day }}</h2>
      <ol class="card">
        <li v-for="one in day.entries" :key="one.id" :class="one.state">
          <time>{{ one.time }}</time>
          <div>
            <p class="what">{{ one.what }}</p>
            <p v-if="one.why" class="soft">{{ one.why }}</p>
            <p class="soft small">{{ one.by }}<template v-if="one.until"> · until {{ one.until }}</template></p>
          </div>
          <p class="outcome small"><span class="tag">{{ one.said }}</span><span v-if="one.outcome" class="soft">{{ one.outcome }}</span></p>
        </li>
      </ol>
    </section>
  </div>`,
  computed: {
    states() { return [["", "All"], ["done", "Done"], ["open", "Under way"], ["not", "Not done"], ["shadow", "Only said"]]; },
    found() {
      const wanted = this.words.toLowerCase().split(/\s+/).filter(Boolean);
      const group = { asked: "open", sent: "open", done: "done", shadow: "shadow" };
      return this.data.entries.filter((one) => (!this.state || (group[one.state] ?? "not") === this.state)
        && wanted.every((word) => `${one.what} ${one.why} ${one.by} ${one.outcome} ${one.path}`.toLowerCase().includes(word)));
    },
    days() {
      const days = [];
      for (const one of this.found) {
        if (days.at(-1)?.day !== one.day) days.push({ day: one.day, entries: [] });
        days.at(-1).entries.push(one);
      }
      return days;
    },
  },
};
