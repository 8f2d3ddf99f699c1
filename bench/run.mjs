// npm run bench: every bench there is, one after another. Arguments go to each; ends with 1 if one of them did.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const benches = ['context', 'workers'];

for (const name of benches) {
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) process.exitCode = 1;
}
