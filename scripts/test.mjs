// npm test: builds, lints, makes sure of browsers, runs all tests. The last line printed is `N passed, N failed`.
// Arguments go to vitest: `npm test -- test/unit` builds and runs those alone, without lint.
import './nodeVersion.mjs';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closingLine } from '../test/support/closingLine.mjs';
import { requireEngines } from '../test/support/findEngines.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const args = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };

function fail(sentence) {
  console.error(sentence);
  counts.failed++;
}

function end() {
  console.log(closingLine(counts));
  process.exit(counts.failed > 0 ? 1 : 0);
}

/** Runs a Node script with this terminal; resolves with its exit code, also when we are told to end meanwhile. */
async function node(script, scriptArgs = [], onMessage) {
  const stdio = ['inherit', 'inherit', 'inherit', ...(onMessage ? ['ipc'] : [])];
  const child = spawn(process.execPath, [script, ...scriptArgs], { cwd: root, stdio });
  if (onMessage) child.on('message', onMessage);
  const passOn = () => child.kill('SIGTERM');
  const wait = () => {}; // a terminal's Ctrl-C has reached the child as well, and it cleans up
  process.on('SIGTERM', passOn).on('SIGINT', wait);
  const code = await new Promise((resolve) => child.on('close', resolve));
  process.off('SIGTERM', passOn).off('SIGINT', wait);
  return code;
}

if (!existsSync(vitest)) {
  fail('timberlog: vitest is not installed here; run npm ci first.');
  end();
}

if ((await node('scripts/build.mjs')) !== 0) {
  fail('The build failed: nothing to test.');
  end();
}

const lintFailed = args.length === 0 && (await node('scripts/lint.mjs')) !== 0;

if (args.length === 0 || args.some((arg) => /browser|demo/.test(arg))) {
  try {
    requireEngines();
  } catch (error) {
    fail(error.message);
    end();
  }
}

let counted = false;
const code = await node(vitest, ['run', ...args], (received) => {
  Object.assign(counts, received);
  counted = true;
});
if (!counted) fail('vitest ended before it had counted.');
else if (code !== 0 && counts.failed === 0) fail(`vitest ended with ${code}.`);
if (lintFailed) fail('npm run lint failed, see above: counted as one failure.');
end();
