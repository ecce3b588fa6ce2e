import { encodeSse, SseDecoder, SseError } from '../../../../cluster/runtime/streams/sse';

/** Marathon's form, the plain form, comments, several lines of data, letters of several bytes. */
const STREAM = Buffer.from(
  `${encodeSse('status_update_event', '{"a":"zwölf €"}')}: a comment\n\ndata: plain\n\nevent: two\ndata: x\ndata: y\n\n\r\n`,
);
const EXPECTED = [
  { event: 'status_update_event', data: '{"a":"zwölf €"}' },
  { event: undefined, data: 'plain' },
  { event: 'two', data: 'x\ny' },
];

describe('server-sent events', () => {
  it('are written as Marathon writes them', () => {
    expect(encodeSse('event_stream_attached', '{}')).toBe('event: event_stream_attached\r\ndata: {}\r\n\r\n');
  });

  it('are the same at every split point', () => {
    for (let split = 0; split <= STREAM.length; split++) {
      const decoder = new SseDecoder();
      const events = [...decoder.feed(STREAM.subarray(0, split)), ...decoder.feed(STREAM.subarray(split))];
      expect([split, events]).toEqual([split, EXPECTED]);
    }
  });

  it('are the same one byte at a time', () => {
    const decoder = new SseDecoder();
    const events = Array.from(STREAM).flatMap((byte) => decoder.feed(Buffer.of(byte)));
    expect(events).toEqual(EXPECTED);
  });

  it('are told once their blank line is there, and not before', () => {
    const decoder = new SseDecoder();
    expect(decoder.feed(Buffer.from('data: a\n'))).toEqual([]);
    expect(decoder.feed(Buffer.from('\n'))).toEqual([{ event: undefined, data: 'a' }]);
    expect(decoder.feed(Buffer.from('data: b'))).toEqual([]);
  });

  it('go on after lines that mean nothing', () => {
    const events = new SseDecoder().feed(Buffer.from('colour: red\nretry: soon\n:\nid: 1\ndata: a\n\n'));
    expect(events).toEqual([{ event: undefined, data: 'a' }]);
  });

  it.each([
    ['a line', 'data: xxxx'],
    ['an event', 'data: xxxx\n'],
  ])('are refused when %s has no end', (_name, piece) => {
    const decoder = new SseDecoder(1000);
    expect(() => {
      for (let count = 0; count < 1000; count++) decoder.feed(Buffer.from(piece));
    }).toThrow(SseError);
  });
});
