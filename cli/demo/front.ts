/** Requests through HAProxy, each over a connection of its own. */

import { request } from 'node:http';
import type { Cluster } from '../cluster/cluster';

const LIMIT_MS = 2000;

/** The answer's text when it is a 200; undefined for every other status. Rejects without an answer within 2 s. */
export function askFront(
  { address, port }: NonNullable<Cluster['http']>,
  host: string,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, headers: { host }, agent: false, timeout: LIMIT_MS };
    const sent = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? text.trim() : undefined));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 2 s')));
    sent.on('error', reject);
    sent.end();
  });
}

export interface TrafficCount {
  readonly requests: number;
  readonly failed: number;
  /** The texts of all answers. */
  readonly answers: ReadonlySet<string>;
}

/** Asks again and again, a request at a time, until `stop` gives the counts. */
export function startTraffic(
  http: NonNullable<Cluster['http']>,
  host: string,
): { stop(): Promise<TrafficCount> } {
  let stopped = false;
  let requests = 0;
  let failed = 0;
  const answers = new Set<string>();
  const loop = (async () => {
    while (!stopped) {
      const answer = await askFront(http, host).catch(() => undefined);
      requests += 1;
      if (answer === undefined) failed += 1;
      else answers.add(answer);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await loop;
      return { requests, failed, answers };
    },
  };
}
