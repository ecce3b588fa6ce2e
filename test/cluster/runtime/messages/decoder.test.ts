/** Bytes of a connection cut into messages: any borders, any neighbours, nothing lost. */

import * as fc from 'fast-check';
import { MessageDecoder } from '../../../../cluster/runtime/messages/decoder';
import { type MessageHead, readHead } from '../../../../cluster/runtime/messages/head';

const LIMIT = 1000;
const HEAD = 'User-Agent: libprocess/slave(1)@10.0.0.1:5051\r\nHost: x:1\r\n';

const sized = (body: string, name = 'a'): string =>
  `POST /master/${name} HTTP/1.1\r\n${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`;

const chunked = (parts: readonly string[], name = 'a'): string =>
  `POST /master/${name} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n` +
  [...parts, ''].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');

function decoder(takes: (head: MessageHead) => boolean = () => true): MessageDecoder {
  return new MessageDecoder(takes, LIMIT);
}

/** Feeds text cut at these places and says what came out. */
function cut(text: string, places: readonly number[], reader = decoder()) {
  const borders = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  const bodies: string[] = [];
  let others = '';
  for (const [index, end] of [...borders, text.length].entries()) {
    const chunk = Buffer.from(text.slice(index === 0 ? 0 : borders[index - 1], end), 'latin1');
    if (others !== '') {
      others += chunk.toString('latin1');
      continue;
    }
    const fed = reader.feed(chunk);
    bodies.push(...fed.messages.map(({ head, body }) => `${head.name}:${body.toString('latin1')}`));
    others = fed.others?.toString('latin1') ?? '';
  }
  return { bodies, others, partial: reader.partial };
}

const word = fc.string({ unit: fc.constantFrom('x', '\r', '\n', '0', 'P'), maxLength: 20 });
const message = fc.oneof(
  word.map((body) => ({ text: sized(body), body })),
  fc
    .array(word.filter(Boolean), { maxLength: 4 })
    .map((parts) => ({ text: chunked(parts), body: parts.join('') })),
);
const places = fc.array(fc.nat(), { maxLength: 12 });

describe('a decoder of messages', () => {
  it('finds the same messages whatever the borders of the chunks', () => {
    const check = (messages: readonly { text: string; body: string }[], cuts: readonly number[]): void => {
      const all = messages.map(({ text }) => text).join('');
      expect(cut(all, cuts)).toEqual({
        bodies: messages.map(({ body }) => `a:${body}`),
        others: '',
        partial: false,
      });
    };
    fc.assert(fc.property(fc.array(message, { maxLength: 5 }), places, check), { numRuns: 2000 });
  });

  it('gives back everything from the first request that is none of ours', () => {
    const after = 'GET /state HTTP/1.1\r\nHost: x\r\n\r\n';
    const check = (before: readonly { text: string; body: string }[], cuts: readonly number[]): void => {
      const all = before.map(({ text }) => text).join('');
      const { bodies, others } = cut(all + after + sized('later'), cuts);
      expect({ count: bodies.length, others }).toEqual({
        count: before.length,
        others: after + sized('later'),
      });
    };
    fc.assert(fc.property(fc.array(message, { maxLength: 3 }), places, check), { numRuns: 1000 });
  });

  it('gives back a message that nobody takes, and the ones behind it', () => {
    const reader = decoder(({ name }) => name !== 'b');
    expect(cut(sized('1') + sized('2', 'b') + sized('3'), [], reader)).toMatchObject({
      bodies: ['a:1'],
      others: sized('2', 'b') + sized('3'),
    });
  });

  it('says whether a message has begun', () => {
    const reader = decoder();
    reader.feed(Buffer.from(sized('1234').slice(0, 20)));
    expect([reader.partial, reader.inBody]).toEqual([true, false]);
    expect(reader.giveBack().toString()).toBe(sized('1234').slice(0, 20));
    reader.feed(Buffer.from(sized('1234').slice(0, -1)));
    expect([reader.partial, reader.inBody]).toEqual([true, true]);
    expect(reader.feed(Buffer.from('4')).messages).toHaveLength(1);
    expect([reader.partial, reader.inBody]).toEqual([false, false]);
  });

  it.each([
    ['a body that is too long', sized('x'.repeat(LIMIT + 1))],
    ['chunks that are too long together', chunked(['x'.repeat(600), 'x'.repeat(600)])],
    ['a chunk that announces too much', chunked([]).replace('\r\n0\r\n', '\r\nffffffff\r\n')],
    ['a chunk without a length', chunked(['x']).replace('\r\n1\r\n', '\r\nx\r\n')],
    ['a line for a length that does not end', chunked([]).replace('\r\n0\r\n', `\r\n${'0'.repeat(300)}`)],
    ['a chunk of another length', chunked(['xx']).replace('\r\n2\r\n', '\r\n1\r\n')],
  ])('gives the connection up for %s, after the messages before it', (_what, text) => {
    const fed = decoder().feed(Buffer.from(sized('1') + sized('2') + text, 'latin1'));
    expect(fed.broken).toMatch(/^a (message|chunk)/);
    expect(fed.messages.map(({ body }) => body.toString())).toEqual(['1', '2']);
  });

  it('does not keep a head without an end for ever', () => {
    const text = `POST /master/a HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`;
    expect(cut(text, [100, 5000]).others).toBe(text);
  });

  it('lives on with any bytes', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      message.map(({ text }) => Buffer.from(text)),
    );
    const survives = (pieces: readonly Uint8Array[]): void => {
      const reader = decoder();
      for (const bytes of pieces) {
        const { others, broken } = reader.feed(Buffer.from(bytes));
        if (broken !== undefined) expect(broken).toMatch(/^a (message|chunk)/);
        if (others || broken !== undefined) return;
      }
    };
    fc.assert(fc.property(fc.array(piece, { maxLength: 6 }), survives), { numRuns: 5000 });
  });
});

describe('a head', () => {
  const read = (text: string): MessageHead | undefined => readHead(text.split('\r\n\r\n')[0] ?? '');

  it('says where to, what, from whom and how long', () => {
    expect(read(sized('12', 'mesos.internal.PongSlaveMessage?x=1'))).toEqual({
      to: 'master',
      name: 'mesos.internal.PongSlaveMessage',
      from: 'slave(1)@10.0.0.1:5051',
      host: '10.0.0.1',
      target: 'x:1',
      length: 2,
    });
    expect(read(chunked([]))?.length).toBe('chunked');
    expect(read(sized('').replace('/master/', '/slave%281%29/'))?.to).toBe('slave(1)');
  });

  it('prefers the sender that Libprocess-From names', () => {
    const text = sized('').replace('Host: x:1', 'Libprocess-From: slave(2)@10.0.0.2:1');
    expect(read(text)?.from).toBe('slave(2)@10.0.0.2:1');
  });

  it.each([
    ['another method', sized('').replace('POST', 'PUT')],
    ['another version', sized('').replace('HTTP/1.1', 'HTTP/1.0')],
    ['a path of one part', sized('').replace('/master/a', '/master')],
    ['a path of three parts', sized('').replace('/master/a', '/master/a/b')],
    ['a browser', sized('').replace('libprocess/', 'Mozilla/')],
    ['a sender that is none', sized('').replace('slave(1)@10.0.0.1:5051', 'nobody')],
    ['no length', sized('').replace('Content-Length: 0\r\n', '')],
    ['a length that is no number', sized('').replace('Content-Length: 0', 'Content-Length: -1')],
    ['two lengths', sized('').replace('Host: x:1', 'Content-Length: 0')],
    ['a length and chunks', sized('').replace('Host: x:1', 'Transfer-Encoding: chunked')],
    ['another coding', chunked([]).replace('chunked', 'gzip, chunked')],
    ['a request to be asked first', sized('').replace('Host: x:1', 'Expect: 100-continue')],
    ['a change of protocol', sized('').replace('Host: x:1', 'Upgrade: h2c')],
    ['a folded header', sized('').replace('Host: x:1', 'Host: x:1\r\n folded: x')],
    ['a line that is no header', sized('').replace('Host: x:1', 'nothing')],
  ])('leaves %s to the HTTP server', (_what, text) => {
    expect(read(text)).toBeUndefined();
  });
});
