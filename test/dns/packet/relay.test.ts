import { decode, encode } from 'dns-packet';
import { isReplyTo, replyForClient, withId } from '../../../dns/packet/relay';
import { type Request, readRequest } from '../../../dns/packet/request';
import { query } from '../queries';

function requestOf(bytes: Buffer): Request {
  const reading = readRequest(bytes);
  if (reading.kind !== 'request') throw new Error(reading.kind);
  return reading.request;
}

function replyTo(name: string, type: 'A' | 'AAAA', id: number, answers = 1): Buffer {
  const data = '10.0.0.1';
  return encode({
    type: 'response',
    id,
    questions: [{ name, type, class: 'IN' }],
    answers: Array.from({ length: answers }, () => ({
      type: 'A' as const,
      name,
      data,
      class: 'IN' as const,
    })),
  });
}

const request = requestOf(query('Example.com', 'A', { id: 5 }));

test.each([
  ['the reply', replyTo('example.COM', 'A', 9), true],
  ['another id', replyTo('example.com', 'A', 8), false],
  ['another name', replyTo('example.org', 'A', 9), false],
  ['another type', replyTo('example.com', 'AAAA', 9), false],
  ['a question', withId(query('example.com', 'A'), 9), false],
  ['a scrap', Buffer.alloc(5), false],
  ['an error without question', Buffer.from('000980020000000000000000', 'hex'), true],
  ['no error and no question', Buffer.from('000980000000000000000000', 'hex'), false],
])('%s', (_name, reply, is) => {
  expect(isReplyTo(reply, request, 9)).toBe(is);
});

test('the client gets its own id, and TC when the reply is too long', () => {
  expect(decode(replyForClient(replyTo('example.com', 'A', 9), request, 512))).toMatchObject({
    id: 5,
    flag_tc: false,
  });
  const cut = decode(replyForClient(replyTo('example.com', 'A', 9, 100), request, 512));
  expect(cut).toMatchObject({ id: 5, flag_tc: true, questions: [{ name: 'example.com' }] });
  // The question in 29 octets and 17 answers of 27; one more would be 515.
  expect(cut.answers).toHaveLength(17);
});

test('of a long reply that breaks off, what can be read goes on', () => {
  const long = replyTo('example.com', 'A', 9, 40);
  long.writeUInt16BE(9999, 29 + 27 + 21);
  expect(decode(replyForClient(long, request, 512)).answers).toHaveLength(1);
  expect(decode(replyForClient(long.subarray(0, 60), request, 50)).answers).toHaveLength(0);
});
