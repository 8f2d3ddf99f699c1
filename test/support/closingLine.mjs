// Counts all tests of a run, and ends its output with `N passed, N failed`. Plain JavaScript: the test script, which
// has the last word, prints with it too.

/**
 * A vitest reporter. Counted as failed besides tests: files that cannot be loaded, suites whose hooks throw, unhandled
 * errors. Started by the test script, it hands the counts over to it; else it prints the line when vitest ends.
 */
export function createClosingLine() {
  return {
    async onTestRunEnd(modules, unhandledErrors) {
      const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, notes: [] };
      for (const module of modules) count(module, counts);
      if (process.send) await new Promise((resolve) => process.send(counts, resolve));
      else process.once('exit', () => console.log(closingLine(counts)));
    },
  };
}

/**
 * The last line of a run, after one that counts what was skipped and a line for each of the notes. The last is the same
 * whatever was skipped: programs read it.
 *
 * @param {{ passed: number, failed: number, skipped: number, notes?: string[] }} counts
 */
export function closingLine({ passed, failed, skipped, notes = [] }) {
  const skippedLine = skipped > 0 ? [`${skipped} skipped`] : [];
  return [...notes, ...skippedLine, `${passed} passed, ${failed} failed`].join('\n');
}

function count(module, counts) {
  if (module.errors().length > 0) counts.failed++;
  for (const suite of module.children.allSuites()) {
    if (suite.errors().length > 0) counts.failed++;
    const { notInstalled } = suite.meta();
    if (notInstalled) addNote(`Tests skipped: ${notInstalled}.`, counts.notes);
  }
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    counts[state === 'pending' ? 'failed' : state]++;
  }
}

function addNote(note, notes) {
  if (!notes.includes(note)) notes.push(note);
}
