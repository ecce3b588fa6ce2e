import fc from 'fast-check';
import { FrameDecoder, frame } from '../../../dns/packet/tcp-framing';

test('messages come out whole, whatever the borders of the chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.map((message) => frame(Buffer.from(message))));
        const decoder = new FrameDecoder();
        const received: Buffer[] = [];
        for (let offset = 0, rotation = 0; offset < stream.length; rotation++) {
          const size = sizes[rotation % sizes.length] ?? 1;
          received.push(...decoder.feed(stream.subarray(offset, offset + size)));
          offset += size;
        }
        expect(received.map((message) => message.toString('hex'))).toEqual(
          messages.map((message) => Buffer.from(message).toString('hex')),
        );
      },
    ),
  );
});
