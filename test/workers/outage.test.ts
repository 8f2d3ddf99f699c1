// A collector that is down while many invocations log: what is kept, what is dropped, and what is told of it.
import { expect, test } from 'vitest';
import { type Collector, startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

/** The ids that a report names: `01K…-3..5` are three. */
function idsOf(ranges: string[]): string[] {
  return ranges.flatMap((range) => {
    const [, writer, first, last] = /^(.*)-(\d+)(?:\.\.(\d+))?$/.exec(range)!;
    const count = Number(last ?? first) - Number(first) + 1;
    return Array.from({ length: count }, (_, i) => `${writer}-${Number(first) + i}`);
  });
}

/** What the collector knows: the lines that arrived, and the ids that reports name. */
const knownIds = ({ lines }: Collector) =>
  lines.flatMap((line) => [line.id, ...idsOf(line.event?.timber_dropped?.ids ?? [])]);

const bySequence = (a: string, b: string) => Number(a.split('-')[1]) - Number(b.split('-')[1]);

describeInWorkerds('an outage', (startWorker) => {
  /** Lets the Worker log 300 lines of a kilobyte while there is no collector, and then starts one. */
  async function outlast() {
    const gone = await startCollector();
    await gone.close();
    const worker = await startWorker({ fixture: 'outage', bindings: { ENDPOINT: gone.endpoint } });
    for (let i = 1; i <= 300; i++) expect(await worker.visit(`/${i}`)).toBe('ok');
    const during = JSON.parse(await worker.visit('/stats'));
    const collector = await startCollector({ port: gone.port });
    while (knownIds(collector).length < 300) await worker.visit('/stats');
    return { during, after: JSON.parse(await worker.visit('/stats')), collector };
  }

  test('is held within the buffer, and what is dropped is counted', async () => {
    const { during } = await outlast();
    expect(during.logged).toBe(during.buffered + during.dropped.buffer_full);
    expect(during.buffered).toBeGreaterThan(50);
    expect(during.buffered).toBeLessThan(66);
  });

  test('ends with bodies that bring what was kept and report what was dropped: together every line, each once', async () => {
    const { collector } = await outlast();
    const ids = knownIds(collector).sort(bySequence);
    expect(ids).toEqual(ids.map((id, i) => `${id.split('-')[0]}-${i + 1}`));
  });

  test('fills no buffer with reports', async () => {
    const { collector } = await outlast();
    expect(collector.lines.filter((line) => line.event?.timber_dropped).length).toBeLessThanOrEqual(2);
  });
});
