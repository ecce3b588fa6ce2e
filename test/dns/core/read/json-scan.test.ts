import fc from 'fast-check';
import { createFirstRecord } from '../../../../dns/core/read/first-record';
import { createJsonScanner } from '../../../../dns/core/read/json-scan';

/** Looks into objects and lists down to a depth and puts the document together again from what is taken. */
function reassemble(text: string, cut: number, depth: number): unknown {
  const values: [string[], unknown][] = [];
  let ends = 0;
  const scanner = createJsonScanner({
    decide: (path) => (path.length < depth ? 'into' : 'take'),
    take: (path, value) => void values.push([[...path], value]),
    end: () => void ends++,
  });
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; offset += cut)
    scanner.feed(Buffer.from(bytes.subarray(offset, offset + cut)));
  return { taken: values, done: scanner.done() };
}

/** The same, from the parsed document. */
function expected(value: unknown, depth: number, path: string[] = []): [string[], unknown][] {
  if (path.length >= depth) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item) => expected(item, depth, [...path, '*']));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, member]) => expected(member, depth, [...path, name]));
  return [];
}

test('any document gives the same values whatever the borders of the chunks', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 3 }),
      (text, cut, depth) => {
        const whole: unknown = JSON.parse(text);
        if (typeof whole !== 'object' || whole === null) return;
        expect(reassemble(text, cut, depth)).toEqual({ taken: expected(whole, depth), done: true });
      },
    ),
    { numRuns: 1000 },
  );
});

test('blanks, escapes and octets of several bytes', () => {
  const text = '{ "a\\"b" : [ 1 , "x\\\\" , null ] ,\n "é\\u00e9" : "ü" , "e" : { } , "l":[ ]}';
  for (const cut of [1, 2, 3, 100]) {
    expect(reassemble(text, cut, 1)).toEqual({ taken: expected(JSON.parse(text), 1), done: true });
  }
});

test('a document that ends early is not done, and other bytes than JSON throw', () => {
  const text = '{"a":[1,{"b":2}],"c":"d"}';
  for (let end = 0; end < text.length; end++) {
    expect(reassemble(text.slice(0, end), 5, 2)).toMatchObject({ done: false });
  }
  for (const odd of ['{a:1}', '{"a" 1}', '{"a":1 2}', '[1]]', '{"a":}x', '{"a":01x}'])
    expect(() => reassemble(odd, 3, 1)).toThrow();
});

test('the first record is handed on and what follows is given back', () => {
  for (const cut of [1, 3, 100]) {
    let body = '';
    let rest = '';
    let over = false;
    const first = createFirstRecord((part) => {
      body += Buffer.from(part).toString();
    });
    const bytes = Buffer.from('11\nhello world4\nnext');
    for (let offset = 0; offset < bytes.length; offset += cut) {
      const chunk = bytes.subarray(offset, offset + cut);
      const after: Uint8Array | undefined = over ? chunk : first.feed(chunk);
      over ||= after !== undefined;
      rest += Buffer.from(after ?? []).toString();
    }
    expect([body, rest]).toEqual(['hello world', '4\nnext']);
  }
  for (const odd of ['x', '-1\n', '9'.repeat(14), '\n'])
    expect(() => createFirstRecord(() => undefined).feed(Buffer.from(odd))).toThrow('length of a record');
});
