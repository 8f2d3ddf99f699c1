// Says in one sentence that this Node is too old, in place of a syntax error from some dependency.
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`timberlog needs Node 20 or newer to build; this is Node ${process.versions.node}.`);
  process.exit(1);
}
