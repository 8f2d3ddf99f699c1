// The console: joins the connection to the list, and says where it stands.
import { createLineList } from './lineList.js';
import { watchTail } from './tail.js';

const $ = (id) => document.getElementById(id);
const list = createLineList($('lines'));
const states = { connecting: 'Connecting…', live: 'Live', lost: 'Connection lost; trying again…' };

let turn = Promise.resolve();
/** One change to the list at a time: a line that arrives while a page is being read must not be lost with the old page. */
function inTurn(work) {
  turn = turn.then(work, work);
  return turn;
}

async function readPage(query) {
  const answer = await fetch(`/v1/lines?${query}`);
  if (answer.status === 410) return null;
  if (!answer.ok) throw new Error(`The lines could not be read (HTTP ${answer.status}).`);
  return answer.json();
}

async function showNewest() {
  const page = await readPage('limit=100');
  list.reset(page.lines, page.next);
  showEdges();
}

/** After a break: what arrived meanwhile, or if that is too much (or the store is another one) the newest page. */
async function catchUp() {
  if (list.lastSeq() === 0) return showNewest();
  const missed = await readPage(`after=${list.lastSeq()}&limit=500`);
  if (missed === null || missed.next !== null) return showNewest();
  list.arrive(missed.lines);
  showEdges();
}

async function showOlder() {
  if (list.next() === null) return;
  const page = await readPage(`limit=100&before=${list.next()}`);
  list.append(page.lines, page.next);
  showEdges();
}

/** A press while another is worked on is done after it: a button that was disabled meanwhile would lose the focus. */
function onClick(button, work) {
  button.addEventListener('click', async () => {
    try {
      await inTurn(work);
      $('trouble').textContent = '';
    } catch (error) {
      $('trouble').textContent = error.message;
    }
  });
}

function showEdges() {
  const newer = list.newerCount();
  $('back').hidden = newer === 0;
  $('back').textContent = newer === 1 ? '1 newer line' : `${newer} newer lines`;
  $('empty').hidden = list.size() > 0;
  $('end').hidden = list.next() !== null || list.size() === 0;
  if (list.next() === null && document.activeElement === $('older')) $('end').focus();
  $('older').hidden = list.next() === null;
}

onClick($('older'), showOlder);
onClick($('back'), async () => {
  await showNewest();
  // The button is gone now.
  $('lines').querySelector('summary')?.focus();
  scrollTo({ top: 0 });
});

watchTail({
  catchUp: () => inTurn(catchUp),
  onLines(lines) {
    inTurn(() => {
      list.arrive(lines);
      showEdges();
    });
  },
  onState(state) {
    $('connection').dataset.state = state;
    $('connection').textContent = states[state];
  },
});
