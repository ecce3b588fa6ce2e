/** Users of Marathon beside a bench: pings, pages of all tasks, and changes of an app without instances. */

import type { HttpClient } from '../../cluster/runtime/http/client';
import { at } from '../chronos/api';

export interface Load {
  /** Creates an app; false when Marathon has too many deployments at the moment. */
  create(app: object): Promise<boolean>;
  /** Ends all users: the p99 of each and the number of their requests. */
  stop(): Promise<{ readonly ping: string; readonly pages: string; readonly puts: string }>;
}

/** Pauses between two requests of one user, in ms. */
const PING_MS = 20;
const PAGE_MS = 1000;
const PUT_MS = 250;

export function startLoad(client: HttpClient, url: string): Load {
  let stopped = false;
  const users: Promise<void>[] = [];
  const repeat = (pauseMs: number, request: (number: number) => Promise<unknown>): (() => string) => {
    const times: number[] = [];
    const user = async (): Promise<void> => {
      for (let number = 0; !stopped; number++) {
        const began = performance.now();
        await request(number);
        times.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    };
    users.push(user());
    return () => `${at(times, 0.99)} ms (${times.length})`;
  };
  const put = (app: object, method: 'PUT' | 'POST', path: string) =>
    client.request({
      url: `${url}${path}`,
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(app),
    });
  const ping = repeat(PING_MS, () => client.request({ url: `${url}/ping` }));
  const pages = repeat(PAGE_MS, () => client.request({ url: `${url}/v2/apps?embed=apps.tasks` }));
  const puts = repeat(PUT_MS, (number) =>
    put(
      { cmd: 'true', instances: 0, labels: { number: String(number) } },
      'PUT',
      '/v2/apps/other?force=true',
    ),
  );
  return {
    create: async (app) => {
      const { status, body } = await put(app, 'POST', '/v2/apps');
      if (status !== 201 && status !== 403) throw new Error(`${status}: ${body.toString()}`);
      return status === 201;
    },
    stop: async () => {
      stopped = true;
      await Promise.all(users);
      return { ping: ping(), pages: pages(), puts: puts() };
    },
  };
}
