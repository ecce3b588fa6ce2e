/**
 * A client of the v1 operator API for tests, with its streams of records in JSON or protobuf.
 */

import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Call, ProcessIO, Response } from '../../../../../cluster/api/generated/agent';
import { decodeBody, encodeBody, type MediaType } from '../../../../../cluster/api/media-type';
import { encodeRecord, RecordDecoder } from '../../../../../cluster/runtime/streams/recordio';

const JSON_TYPE: MediaType = 'application/json';

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly response?: Response;
}

/** A stream of output: what has come so far, and its end. */
export interface OutputStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly messages: ProcessIO[];
  text(name?: 'STDOUT' | 'STDERR'): string;
  readonly ended: Promise<void>;
  close(): void;
}

/** A stream of input that is open. */
export interface InputStream {
  send(call: Partial<Call.AttachContainerInput>): void;
  data(text: string): void;
  end(): void;
  close(): void;
  readonly answered: Promise<Answered>;
}

export class OperatorClient {
  constructor(
    private readonly url: string,
    private readonly form: MediaType = JSON_TYPE,
    private readonly more: Readonly<Record<string, string>> = {},
  ) {}

  async call(call: Call, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
    const { answer, sent } = this.open({ 'content-type': this.form, accept: this.form, ...headers });
    sent.end(encodeBody('mesos.v1.agent.Call', this.form, call));
    const { statusCode: status = 0, body } = await whole(await answer);
    const hasResponse = status === 200 && body.length > 0;
    return {
      status,
      text: body.toString(),
      ...(hasResponse && { response: decodeBody('mesos.v1.agent.Response', this.form, body) }),
    };
  }

  /** Reads a stream of output; the headers say in which form. */
  async output(call: Call, headers: Readonly<Record<string, string>> = {}): Promise<OutputStream> {
    const { answer, sent } = this.open({ 'content-type': this.form, accept: this.form, ...headers });
    sent.end(encodeBody('mesos.v1.agent.Call', this.form, call));
    const reply = await answer;
    const form = (headers['message-accept'] ?? this.form) as MediaType;
    const messages: ProcessIO[] = [];
    const decoder = new RecordDecoder();
    const status = reply.statusCode ?? 0;
    reply.on('error', () => undefined);
    if (status === 200)
      reply.on('data', (chunk: Buffer) => {
        for (const record of decoder.feed(chunk))
          messages.push(decodeBody('mesos.v1.agent.ProcessIO', form, record));
      });
    const ended = new Promise<void>((resolve) => reply.once('close', () => resolve()));
    const text = (name = 'STDOUT'): string =>
      messages
        .filter(({ data }) => data?.type === name)
        .map(({ data }) => Buffer.from(data?.data ?? '', 'base64').toString())
        .join('');
    return { status, headers: reply.headers, messages, text, ended, close: () => sent.destroy() };
  }

  /** Opens a stream of input for a container. */
  input(value: Call.AttachContainerInput): InputStream {
    const { answer, sent } = this.open({
      'content-type': 'application/recordio',
      'message-content-type': this.form,
      accept: this.form,
    });
    const send = (input: Partial<Call.AttachContainerInput>): void => {
      const call: Call = { type: 'ATTACH_CONTAINER_INPUT', attach_container_input: input };
      sent.write(encodeRecord(encodeBody('mesos.v1.agent.Call', this.form, call)));
    };
    send(value);
    const answered = answer.then(async (reply) => {
      const { statusCode: status = 0, body } = await whole(reply);
      return { status, text: body.toString() };
    });
    return {
      send,
      data: (text) => send(dataOf(text)),
      end: () => sent.end(),
      close: () => sent.destroy(),
      answered,
    };
  }

  private open(headers: Record<string, string>): {
    sent: ClientRequest;
    answer: Promise<IncomingMessage>;
  } {
    const sent = request(`${this.url}/slave(1)/api/v1`, {
      method: 'POST',
      agent: false,
      headers: { ...headers, ...this.more },
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', reject);
    });
    answer.catch(() => undefined);
    return { sent, answer };
  }
}

/** A message of data for the input. */
export function dataOf(text: string): Call.AttachContainerInput {
  const data = { type: 'STDIN', data: Buffer.from(text).toString('base64') } as const;
  return { type: 'PROCESS_IO', process_io: { type: 'DATA', data } };
}

/** A message that changes the size of the terminal. */
export function sizeOf(rows: number, columns: number): Call.AttachContainerInput {
  const control = { type: 'TTY_INFO', tty_info: { window_size: { rows, columns } } } as const;
  return { type: 'PROCESS_IO', process_io: { type: 'CONTROL', control } };
}

async function whole(reply: IncomingMessage): Promise<{ statusCode: number | undefined; body: Buffer }> {
  reply.setEncoding('latin1');
  return { statusCode: reply.statusCode, body: Buffer.from(await readText(reply), 'latin1') };
}
