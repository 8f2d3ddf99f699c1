// The table of the context bench: a line a row, with the ratios taken round for round, and what the targets say.
import { ratio, spread } from '../rounds.mjs';

const columns = ['', 'native', 'timberlog', 'zone.js', '÷ native', '÷ zone.js'];

/** @returns {{ text: string, missed: string[] }} the table, and a sentence for each target that was surely missed */
export function tableOf(groups, figures) {
  const missed = [];
  const lineOf = (row, place) => {
    const [native, timberlog, zone] = [row.native, row.timberlog, row.zone].map((name) => figures.get(name));
    return [
      place === 0 ? row.title : `  ${row.title}`,
      nanoseconds(native),
      nanoseconds(timberlog),
      nanoseconds(zone) + (row.zoneLoses ? '*' : ' '),
      ratioText(timberlog, native),
      row.zoneLoses ? '' : ratioText(timberlog, zone),
      (row.targets ?? []).map((target) => verdict(row, target, figures, missed)).join('; '),
    ];
  };
  return { text: aligned([[...columns, 'target'], ...groups.flatMap((group) => group.map(lineOf))]), missed };
}

/** A target that lies where half of the rounds do is too close to call: it takes more rounds, or a calmer machine. */
function verdict(row, target, figures, missed) {
  const { median, from, to } = ratio(figures.get(row.timberlog), figures.get(target.over));
  const seen = `${times(median)} (${number(from)}–${number(to)})`;
  if (from > target.atMost) missed.push(`${row.timberlog}: wanted ${target.says}, seen ${seen} of ${target.over}.`);
  if (median <= target.atMost) return `${target.says}: met`;
  return `${target.says}: ${from > target.atMost ? 'MISSED' : 'too close to call'}, ${seen}`;
}

const nanoseconds = (numbers) => (numbers ? `${Math.round(spread(numbers).median).toLocaleString('en')} ns` : '');

function ratioText(ours, theirs) {
  if (!ours || !theirs) return '';
  const { median, from, to } = ratio(ours, theirs);
  return `${times(median)} (${number(from)}–${number(to)})`;
}

const times = (value) => `${number(value)}×`;
const number = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));

/** The first column and the last to the left, figures to the right. */
function aligned(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  const last = widths.length - 1;
  return table
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 || column === last ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
