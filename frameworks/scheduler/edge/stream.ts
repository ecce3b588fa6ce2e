/**
 * One subscription: SUBSCRIBE goes out, scheduler events come in as RecordIO.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { decodeBody, encodeBody, type MediaType } from '../../../cluster/api/media-type';
import { errorText } from '../../../cluster/model/error-text';
import type { HttpClient, HttpStream } from '../../../cluster/runtime/http/client';
import { RecordDecoder } from '../../../cluster/runtime/streams/recordio';

export interface StreamOptions {
  readonly client: HttpClient;
  readonly url: string;
  readonly info: mesos.FrameworkInfo;
  readonly mediaType: MediaType;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly opened: (streamId: string) => void;
  readonly redirected: (url: string) => void;
  readonly received: (event: scheduler.Event) => void;
  /** Called once, however it ended. */
  readonly closed: (reason: string) => void;
}

/** Opens the stream and reads it to its end. Never rejects: an error becomes the reason of `closed`. */
export async function runStream(options: StreamOptions): Promise<void> {
  try {
    const stream = await subscribe(options);
    if (stream.status === 200) await readStream(stream, options);
    else await refused(stream, options);
  } catch (error) {
    options.closed(errorText(error));
  }
}

function subscribe({ client, url, info, mediaType, headers, signal }: StreamOptions): Promise<HttpStream> {
  const call: scheduler.Call = {
    type: 'SUBSCRIBE',
    ...(info.id && { framework_id: info.id }),
    subscribe: { framework_info: info },
  };
  return client.stream({
    method: 'POST',
    url: `${url}/api/v1/scheduler`,
    headers: { ...headers, 'content-type': mediaType, accept: mediaType },
    body: encodeBody('mesos.v1.scheduler.Call', mediaType, call),
    signal,
  });
}

async function readStream(stream: HttpStream, options: StreamOptions): Promise<void> {
  const streamId = stream.headers['mesos-stream-id'];
  options.opened(typeof streamId === 'string' ? streamId : '');
  const decoder = new RecordDecoder();
  for await (const chunk of stream.body) {
    for (const record of decoder.feed(chunk as Buffer)) {
      options.received(decodeBody('mesos.v1.scheduler.Event', options.mediaType, record));
    }
  }
  options.closed('the master ended the stream');
}

const TEXT_MAX_CHARS = 300;

async function refused(stream: HttpStream, options: StreamOptions): Promise<void> {
  const { location } = stream.headers;
  if (stream.status === 307 && typeof location === 'string') {
    stream.close();
    options.redirected(new URL(location, options.url).origin);
    return;
  }
  let text = '';
  for await (const chunk of stream.body) {
    text += String(chunk);
    if (text.length > TEXT_MAX_CHARS) break;
  }
  stream.close();
  options.closed(`HTTP ${stream.status}: ${text.slice(0, TEXT_MAX_CHARS)}`);
}
