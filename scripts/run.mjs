// Runs one of the project's own command-line tools, its output passed through; ends this process with its exit code.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export async function run(tool, args, { exitOnFailure = true } = {}) {
  const bin = fileURLToPath(
    new URL(`../node_modules/.bin/${tool}${process.platform === 'win32' ? '.cmd' : ''}`, import.meta.url),
  );
  if (!existsSync(bin)) {
    console.error(`timberlog: ${tool} is not installed here; run npm ci first.`);
    process.exit(1);
  }
  const child = spawn(bin, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  const code = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  if (code !== 0 && exitOnFailure) process.exit(code);
  return code;
}
