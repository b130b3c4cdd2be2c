const SHOWN = 10;

/** What was checked, and how much of it held. */
export class Checks {
  passed = 0;
  failed = 0;

  /** @param {string} what has to hold @param {readonly string[]} problems */
  add(what, problems) {
    if (problems.length === 0) {
      this.passed++;
      console.log(`ok      ${what}`);
      return;
    }
    this.failed++;
    console.log(`FAILED  ${what}: ${problems.length} times`);
    for (const problem of problems.slice(0, SHOWN)) console.log(`        ${problem}`);
  }

  /** @param {string} what @param {boolean} holds @param {string} [otherwise] */
  that(what, holds, otherwise = 'no') {
    this.add(what, holds ? [] : [otherwise]);
  }
}
