/** The REST API of Chronos in a test: a real server before the machine of a world, whose clock is moved by hand. */

import { VirtualClock } from '../../../cluster/runtime/clock';
import { type HttpServer, startHttpServer } from '../../../cluster/runtime/http/server';
import { silentLogger } from '../../../cluster/runtime/log';
import { Metrics } from '../../../cluster/runtime/metrics';
import { UTC } from '../../../frameworks/chronos/core/schedule/zone';
import type { ChangeStream } from '../../../frameworks/chronos/edge/changes';
import type { RestSettings } from '../../../frameworks/chronos/edge/rest/context';
import { chronosRest, type RestAccess } from '../../../frameworks/chronos/edge/rest/server';
import { DEFAULTS } from './jobs';
import { NOW, RULES } from './schedules';
import { World } from './world';

export const REST_SETTINGS: RestSettings = {
  defaults: DEFAULTS,
  serverZone: UTC,
  historyLimit: 5,
  isCompressing: true,
};

export const OPEN_ACCESS: RestAccess = {
  address: '127.0.0.1',
  port: 0,
  https: undefined,
  isSecureOnly: false,
  insecure: false,
  hosts: {},
  credentials: undefined,
  bearer: undefined,
  realm: 'Mesosphere',
  concurrentMax: undefined,
};

export interface RestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export class RestWorld {
  readonly world = new World();
  readonly clock = new VirtualClock(NOW);
  readonly levels: (string | undefined)[] = [];
  private request = 0;

  private constructor(
    private readonly server: HttpServer,
    readonly changes: ChangeStream,
    private readonly seat: { current: RestWorld | undefined },
  ) {
    this.seat.current = this;
  }

  static async open(access: Partial<RestAccess> = {}, settings = REST_SETTINGS): Promise<RestWorld> {
    const seat: { current: RestWorld | undefined } = { current: undefined };
    const self = (): RestWorld => {
      if (seat.current === undefined) throw new Error('the world is not open yet');
      return seat.current;
    };
    const { plan, changes } = chronosRest(
      settings,
      { ...OPEN_ACCESS, ...access },
      {
        read: (view) => view(self().world.state),
        ask: (command) => Promise.resolve(self().ask(command)),
        leader: () => 'me:4400',
        setLogLevel: (level) => void self().levels.push(level),
        rules: RULES,
        clock: { now: () => self().world.now, wakeAt: (time, wake) => self().clock.wakeAt(time, wake) },
        metrics: new Metrics(),
        startedAt: NOW,
        violations: () => 0,
        counters: () => ({ 'MesosOfferReviver.reviveOffersCount': 3 }),
      },
    );
    const server = await startHttpServer({ ...plan, log: silentLogger });
    return new RestWorld(server, changes, seat);
  }

  get url(): string {
    return this.server.url;
  }

  private ask(command: object) {
    const { world } = this;
    const before = world.answers.length;
    world.send({ ...command, request: ++this.request } as Parameters<World['send']>[0]);
    const answer = world.answers[before];
    if (answer === undefined) throw new Error('the machine does not answer');
    return answer;
  }

  async send(
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RestResponse> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async close(): Promise<void> {
    this.changes.stop();
    await this.server.close();
  }
}
