// A line as the console shows it.
import type { Page } from 'playwright-core';
import type { Line } from '../support/collectedLines.js';

/** Opens the newest line of that message (or the next ones: 1, 2 …) in the console, and reads its JSON. */
export async function openLine(page: Page, message: string | RegExp, index = 0): Promise<Line> {
  const text = page.locator('.message').getByText(message, { exact: true });
  const row = page.locator('#lines > li').filter({ has: text }).nth(index);
  await row.waitFor();
  const json = row.locator('pre');
  if (!(await json.isVisible())) await row.locator('summary').click();
  return JSON.parse((await json.textContent())!);
}
