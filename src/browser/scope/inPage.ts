/** Whether this is a page or a worker of one, Electron's pages too; tests in Node that pretend to be one are not. */
export function inPage(): boolean {
  const { document, importScripts, process } = globalThis as { [name: string]: any };
  return Boolean(document || importScripts) && !(process?.versions?.node && process.type !== 'renderer');
}
