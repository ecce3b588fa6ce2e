import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { gzipped, printSliced, Slices } from '../../../../../frameworks/kit/edge/rest/slices';

function* texts(count: number, text: string): Generator<string, void> {
  for (let number = 0; number < count; number++) yield text;
}

async function textOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('what fits one slice is a text', async () => {
  expect(await printSliced(new Slices(), texts(3, 'ab'))).toBe('ababab');
});

test('what takes longer is a stream of slices', async () => {
  let now = 0;
  const slices = new Slices(() => (now += 1));
  const printed = await printSliced(slices, texts(100, 'ab'));
  expect(printed).toBeInstanceOf(Readable);
  expect((await textOf(printed as Readable)).toString()).toBe('ab'.repeat(100));
});

test('a long text is a stream of chunks, and can be compressed', async () => {
  const printed = await printSliced(new Slices(() => 0), texts(100, 'x'.repeat(10_000)));
  const packed = await textOf(gzipped(printed as Readable));
  expect(gunzipSync(packed).length).toBe(1_000_000);
});

test('in one turn of the event loop there is one slice', async () => {
  const slices = new Slices();
  expect([slices.take(), slices.take()]).toEqual([true, false]);
  const order: number[] = [];
  const waits = [1, 2].map((number) => slices.wait().then(() => order.push(number)));
  await new Promise(setImmediate);
  await Promise.resolve();
  expect(order).toEqual([1]);
  await Promise.all(waits);
  expect(order).toEqual([1, 2]);
  await new Promise(setImmediate);
  expect(slices.take()).toBe(true);
});

test('a reader that leaves ends the printing', async () => {
  let isEnded = false;
  function* endless(): Generator<string, void> {
    try {
      for (;;) yield 'x'.repeat(100_000);
    } finally {
      isEnded = true;
    }
  }
  const pieces = endless();
  const printed = (await printSliced(new Slices(() => 0), pieces)) as Readable;
  printed.on('close', () => pieces.return());
  printed.destroy();
  await new Promise((resolve) => printed.on('close', resolve));
  expect(isEnded).toBe(true);
});
