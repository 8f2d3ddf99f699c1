// The shop page: what a click does, and what it logs.
import { element } from './element.js';
import { showLogged } from './justLogged.js';

const { context, createLogger } = globalThis.timber;

const logger = createLogger({
  endpoint: '/v1/logs',
  key: 'demo',
  name: 'shop',
  release: { version: '1.0.0' },
  flush: { everyMs: 1000 },
});

/** Logs, and shows on the page what was logged. */
const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (message, event) => {
      logger[level](message, event);
      showLogged({ level, message, context: context.get(), event }, logger);
    },
  ]),
);

const $ = (id) => document.getElementById(id);
const cart = { id: `c${Math.random().toString(36).slice(2, 8)}`, products: [] };
const total = () => cart.products.reduce((sum, product) => sum + product.price, 0);

async function logIn(shopper) {
  await callApi('/api/login', { id: shopper.id });
  context.set({ user: shopper });
  log.info('Logged in');
  showShopper(shopper);
}

async function logOut() {
  log.info('Logging out');
  await callApi('/api/logout');
  context.set({ user: undefined });
  log.info('Logged out');
  showShopper(null);
}

async function addToCart({ id, name }) {
  log.debug('Adding to the cart', { product: { id } });
  cart.products.push(await callApi('/api/cart', { cart: cart.id, product: id }));
  log.info('Added to the cart', { product: { id } });
  showCart();
  say(`${name} is in the cart.`);
}

async function checkOut() {
  log.info('Checking out');
  const { amount } = await callApi('/api/checkout', { cart: cart.id, products: cart.products.map(({ id }) => id) });
  log.info('Checked out', { payment_accepted: { amount } });
  cart.products = [];
  showCart();
  say(`Paid: €${amount}. Thank you.`);
}

/** Nested contexts, native awaits in between: each line carries the job as it stands where the line is logged. */
function runBackgroundJob() {
  return context({ job: { id: 123, count: 1 } }, async () => {
    log.info('Background job execution started');
    await callApi('/api/job', { id: 123, count: 1 });
    await context({ job: { count: 2 } }, async () => {
      await callApi('/api/job', { id: 123, count: 2 });
      log.info('Background job in progress');
    });
    log.info('Background job execution completed');
    say('The job is done: 3 lines from this page, 4 from the API.');
  });
}

/** A mistake at the end of a promise chain, far from the click that led to it. */
function fail() {
  return Promise.resolve({ products: undefined })
    .then((emptied) => emptied.products.length)
    .catch((error) => {
      log.error(error, { while: 'counting the cart' });
      say('An error, caught and logged with its backtrace.', true);
    });
}

/** @throws what the API said, in its words */
async function callApi(path, body = {}) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answered = await answer.json();
  if (!answer.ok) throw new Error(answered.error);
  return answered;
}

/** Whatever is done to the cart, every line says which cart, and what it was worth by then. */
const withCart = (action) => context({ cart: { id: cart.id, amount: total() } }, () => tellFailure(action));

/**
 * Runs what a button does. A press while it works is done after it, if the button still stands for something then: one
 * that was disabled meanwhile would lose the focus, and the press.
 */
function onClick(button, action, within = tellFailure) {
  let turn = Promise.resolve();
  button.addEventListener('click', () => {
    turn = turn.then(() => {
      if (button.ariaDisabled !== 'true' && !button.closest('[hidden]')) return within(action);
    });
  });
  return button;
}

async function tellFailure(action) {
  try {
    await action();
  } catch (error) {
    log.warn('That did not work', error);
    say(error.message, true);
  }
}

let silence;
function say(sentence, wrong = false) {
  $('notice').textContent = sentence;
  $('notice').classList.toggle('wrong', wrong);
  clearTimeout(silence);
  silence = setTimeout(() => $('notice').replaceChildren(), 6_000);
}

function showShopper(shopper) {
  const leaving = shopper ? $('login') : $('shopper');
  const takesFocusAlong = leaving.contains(document.activeElement);
  $('shopper').hidden = !shopper;
  $('shopper-name').textContent = shopper?.name ?? '';
  $('login').hidden = Boolean(shopper);
  if (takesFocusAlong) $(shopper ? 'products-title' : 'login-title').focus();
}

function showCart() {
  $('cart').replaceChildren(
    ...cart.products.map(({ name, price }) => element('li', {}, name, element('span', {}, `€${price}`))),
  );
  $('cart').hidden = cart.products.length === 0;
  $('cart-empty').hidden = cart.products.length > 0;
  $('total').textContent = cart.products.length > 0 ? `€${total()}` : '';
  $('check-out').ariaDisabled = String(cart.products.length === 0);
}

function productItem(product) {
  const { id, name, about, price } = product;
  const button = element('button', { type: 'button', ariaLabel: `Add to cart: ${name}` }, 'Add to cart');
  onClick(button, () => addToCart(product), withCart);
  const title = element('h3', {}, name, element('span.dim', {}, `€${price}`));
  return element(
    'li',
    {},
    element(`div.wood.${id}`, { ariaHidden: 'true' }),
    element('div.product', {}, title, element('p.dim', {}, about), button),
  );
}

const { products, shoppers, shopper } = await (await fetch('/api/shop')).json();
if (shopper) context.set({ user: shopper });
$('products').append(...products.map(productItem));
$('shoppers').append(...shoppers.map((one) => onClick(element('button', {}, one.name), () => logIn(one))));
onClick($('log-out'), logOut);
onClick($('check-out'), checkOut, withCart);
onClick($('run-job'), runBackgroundJob);
onClick($('fail'), fail, withCart);
showShopper(shopper);
showCart();
log.info('Shop opened');
