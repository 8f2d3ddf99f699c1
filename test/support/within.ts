/** What promise gives; rejects with what sentence says when it takes longer than ms. What comes later is nobody's. */
export async function within<T>(ms: number, promise: Promise<T>, sentence: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence())), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
