/**
 * Encodes big messages in slices, so that the process goes on with its other work in between.
 *
 * Lists are written item by item, with a pause after each. The bytes are those of `encodeBody`, but for empty
 * lists of a part: in JSON they are written as `[]`, as the original does where it writes by hand (Mesos 1.11
 * src/common/http.hpp).
 */

import { Writer } from 'protobufjs';
import { encodePlanned } from './json-write';
import type { MediaType } from './media-type';
import { type FieldPlan, type MessagePlan, planOf } from './plan';
import { CodecError, writeMessage } from './protobuf-write';

/** A message by its fields: lists (any iterable), further parts, and plain values. */
export class Part {
  constructor(readonly fields: Readonly<Record<string, unknown>>) {}
}

/** The approximate size of a chunk. */
const CHUNK_BYTES = 64 * 1024;

/** The bytes of a message in chunks; the generator pauses after each item of a list. Throws CodecError. */
export function* encodeSlices(name: string, type: MediaType, part: Part): Generator<void, Buffer[]> {
  const plan = planOf(name);
  if (type === 'application/json') {
    const sink = new TextSink();
    yield* writeJson(plan, part, sink);
    return sink.end();
  }
  const { chunks } = yield* writeProtobuf(plan, part);
  return chunks;
}

/** The bytes of a message as one body, joined chunk by chunk with a pause after each. Throws CodecError. */
export function* encodeWhole(name: string, type: MediaType, part: Part): Generator<void, Buffer> {
  const chunks = yield* encodeSlices(name, type, part);
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  // The buffer is not zeroed: with 100 MB that would take a long turn of its own.
  const body = Buffer.allocUnsafeSlow(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    offset += chunk.copy(body, offset);
    yield;
  }
  return body;
}

/** Collects text in chunks of bytes. */
class TextSink {
  private readonly chunks: Buffer[] = [];
  private text = '';

  add(text: string): void {
    this.text += text;
    if (this.text.length >= CHUNK_BYTES) this.flush();
  }

  end(): Buffer[] {
    this.flush();
    return this.chunks;
  }

  private flush(): void {
    if (this.text !== '') this.chunks.push(Buffer.from(this.text));
    this.text = '';
  }
}

function* writeJson(plan: MessagePlan, part: Part, sink: TextSink): Generator<void, void> {
  let comma = '';
  sink.add('{');
  for (const field of plan.fields) {
    const value = part.fields[field.name];
    if (value === undefined) continue;
    sink.add(`${comma}"${field.name}":`);
    comma = ',';
    if (value instanceof Part) yield* writeJson(messageOf(field), value, sink);
    else if (field.repeated) yield* writeJsonList(messageOf(field), value as Iterable<object>, sink);
    else sink.add(field.message ? encodePlanned(field.message, value as object) : scalarJson(field, value));
  }
  sink.add('}');
}

function* writeJsonList(plan: MessagePlan, items: Iterable<object>, sink: TextSink): Generator<void, void> {
  let before = '[';
  for (const item of items) {
    sink.add(`${before}${encodePlanned(plan, item)}`);
    before = ',';
    yield;
  }
  sink.add(before === '[' ? '[]' : ']');
}

/** The JSON of a scalar; a whole double has a point, as in Mesos. */
function scalarJson({ kind }: FieldPlan, value: unknown): string {
  return kind === 'double' && Number.isInteger(value) ? `${String(value)}.0` : JSON.stringify(value);
}

interface Written {
  readonly chunks: Buffer[];
  readonly bytes: number;
}

function* writeProtobuf(plan: MessagePlan, part: Part): Generator<void, Written> {
  const sink = new ByteSink(plan.name);
  for (const field of plan.byNumber) {
    const value = part.fields[field.name];
    if (value === undefined) continue;
    if (value instanceof Part) {
      const inner = yield* writeProtobuf(messageOf(field), value);
      sink.head(field.tag, inner.bytes);
      sink.addAll(inner.chunks);
    } else if (field.repeated) {
      for (const item of value as Iterable<object>) {
        sink.item(field, item);
        yield;
      }
    } else sink.plain(plan, field, value);
  }
  return sink.end();
}

/** Collects encoded fields in chunks of bytes. */
class ByteSink {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private writer = Writer.create();

  constructor(private readonly name: string) {}

  /** Writes the tag and length of a nested message. */
  head(tag: number, bytes: number): void {
    this.writer.uint32(tag).uint32(bytes);
  }

  item(field: FieldPlan, item: object): void {
    this.writer.uint32(field.tag).fork();
    this.write(messageOf(field), item);
    this.writer.ldelim();
    if (this.writer.len >= CHUNK_BYTES) this.flush();
  }

  /** Writes one field by the codec of whole messages. */
  plain(plan: MessagePlan, field: FieldPlan, value: unknown): void {
    this.write({ ...plan, byNumber: [field] }, { [field.name]: value });
  }

  addAll(chunks: readonly Buffer[]): void {
    this.flush();
    for (const chunk of chunks) this.push(chunk);
  }

  end(): Written {
    this.flush();
    return { chunks: this.chunks, bytes: this.bytes };
  }

  private write(plan: MessagePlan, value: object): void {
    const missing: string[] = [];
    writeMessage(plan, value as Record<string, unknown>, this.writer, { path: '', missing });
    if (missing.length > 0)
      throw new CodecError(`Missing required fields of ${this.name}: ${missing.join(', ')}`);
  }

  private flush(): void {
    if (this.writer.len > 0) this.push(Buffer.from(this.writer.finish()));
    this.writer = Writer.create();
  }

  private push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }
}

function messageOf({ name, message }: FieldPlan): MessagePlan {
  if (!message) throw new CodecError(`${name} is not a message`);
  return message;
}
