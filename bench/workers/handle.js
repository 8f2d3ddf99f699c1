// What all contenders do: a request that logs ten lines, with an await between them.
export async function handle(request, log) {
  const id = new URL(request.url).searchParams.get('order');
  for (let step = 1; step <= 10; step++) {
    log(`Order processed, step ${step}`, { order: { id, amount: 100 }, step });
    if (step === 5) await null;
  }
  return new Response('ok');
}
