/**
 * What a contender does in each state of an election with each event, on a clock that only the test moves, over the model
 * of ZooKeeper of the simulations.
 */

import { randomFrom } from '../../../../cluster/model/random';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { Contender } from '../../../../cluster/zookeeper/edge/contender';
import { ModelClient } from '../../../sim/zookeeper/client';
import { ModelServer } from '../../../sim/zookeeper/server';

const PATH = '/mesos';
const SESSION_MS = 6000;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Party {
  readonly client: ModelClient;
  readonly contender: Contender;
  /** What it said, one word each: `leading`, `standby`, `none`. */
  readonly said: string[];
}

class Stage {
  private readonly clock = new VirtualClock(1_000_000);
  readonly server = new ModelServer(() => this.clock.now());
  private readonly random = randomFrom(1);
  /** The contender that the table is about. */
  readonly us = this.party('us');
  readonly other = this.party('other');

  private party(name: string): Party {
    const client = new ModelClient(this.server, this.clock, this.random, SESSION_MS);
    const said: string[] = [];
    const contender = new Contender({
      client,
      path: PATH,
      prefix: 'json.info_',
      prefixes: ['json.info_'],
      data: Buffer.from(name),
      clock: this.clock,
      log: silentLogger,
      changed: ({ kind }) => said.push(kind),
      failed: (reason) => said.push(reason),
    });
    return { client, contender, said };
  }

  async enter({ client, contender }: Party): Promise<void> {
    client.start();
    contender.start();
    await this.pass(3000);
  }

  async leave({ client, contender }: Party): Promise<void> {
    await contender.stop();
    await client.stop();
    await this.pass(1000);
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      await this.clock.advanceSettled(100, settle);
      this.server.endSilent();
    }
  }

  /** Somebody removes the node of a party, or of both. */
  async removeNodes(...names: string[]): Promise<void> {
    for (const child of this.server.children(PATH)) {
      const node = this.server.get(`${PATH}/${child}`);
      if (names.includes(node?.data.toString() ?? '')) this.server.remove(`${PATH}/${child}`);
    }
    await this.pass(3000);
  }

  /** The nodes in the election, by the names of who made them. */
  nodes(): string[] {
    const children = this.server.children(PATH).sort();
    return children.map((child) => this.server.get(`${PATH}/${child}`)?.data.toString() ?? '');
  }
}

const FROM = {
  'leads alone': async (stage: Stage) => stage.enter(stage.us),
  leads: async (stage: Stage) => {
    await stage.enter(stage.us);
    await stage.enter(stage.other);
  },
  'stands by': async (stage: Stage) => {
    await stage.enter(stage.other);
    await stage.enter(stage.us);
  },
  'is cut off': async (stage: Stage) => {
    await stage.enter(stage.us);
    await stage.enter(stage.other);
    stage.us.client.wire.cut = true;
    await stage.pass(2 * SESSION_MS);
  },
  'has left': async (stage: Stage) => {
    await stage.enter(stage.us);
    await stage.enter(stage.other);
    await stage.leave(stage.us);
  },
};

const EVENTS = {
  'another one enters': (stage: Stage) => stage.enter(stage.other),
  'the other one leaves': (stage: Stage) => stage.leave(stage.other),
  'its connection breaks': async (stage: Stage) => {
    stage.us.client.breakConnection();
    await stage.pass(3000);
  },
  'it is cut off for half a session': async (stage: Stage) => {
    stage.us.client.wire.cut = true;
    await stage.pass(SESSION_MS / 2);
    stage.us.client.wire.cut = false;
    await stage.pass(3000);
  },
  'it is cut off for two sessions': async (stage: Stage) => {
    stage.us.client.wire.cut = true;
    await stage.pass(2 * SESSION_MS);
    stage.us.client.wire.cut = false;
    await stage.pass(3000);
  },
  'its session is ended': async (stage: Stage) => {
    const { sessionNumber } = stage.us.client;
    if (sessionNumber !== undefined) stage.server.end(sessionNumber);
    await stage.pass(SESSION_MS + 3000);
  },
  'its node is removed': (stage: Stage) => stage.removeNodes('us'),
  'all nodes are removed': (stage: Stage) => stage.removeNodes('us', 'other'),
  'the way to it is open again': async (stage: Stage) => {
    stage.us.client.wire.cut = false;
    await stage.pass(3000);
  },
  'it leaves': (stage: Stage) => stage.leave(stage.us),
};

type From = keyof typeof FROM;
type EventName = keyof typeof EVENTS;

/** What the contender says after the event, and the nodes in the election in the end, the first of which leads. */
const TABLE: Readonly<Record<From, Readonly<Record<EventName, string>>>> = {
  'leads alone': {
    'another one enters': 'nothing [us other]',
    'the other one leaves': 'nothing [us]',
    'its connection breaks': 'nothing [us]',
    'it is cut off for half a session': 'nothing [us]',
    'it is cut off for two sessions': 'none, leading [us]',
    'its session is ended': 'none, leading [us]',
    'its node is removed': 'none, leading [us]',
    'all nodes are removed': 'none, leading [us]',
    'the way to it is open again': 'nothing [us]',
    'it leaves': 'nothing []',
  },
  leads: {
    'another one enters': 'nothing [us other]',
    'the other one leaves': 'nothing [us]',
    'its connection breaks': 'nothing [us other]',
    'it is cut off for half a session': 'nothing [us other]',
    'it is cut off for two sessions': 'none, standby [other us]',
    'its session is ended': 'none, standby [other us]',
    'its node is removed': 'standby [other us]',
    'all nodes are removed': 'none, leading [us other]',
    'the way to it is open again': 'nothing [us other]',
    'it leaves': 'nothing [other]',
  },
  'stands by': {
    'another one enters': 'nothing [other us]',
    'the other one leaves': 'leading [us]',
    'its connection breaks': 'nothing [other us]',
    'it is cut off for half a session': 'nothing [other us]',
    'it is cut off for two sessions': 'none, standby [other us]',
    'its session is ended': 'none, standby [other us]',
    'its node is removed': 'nothing [other us]',
    'all nodes are removed': 'none, standby [other us]',
    'the way to it is open again': 'nothing [other us]',
    'it leaves': 'nothing [other]',
  },
  'is cut off': {
    'another one enters': 'nothing [other]',
    'the other one leaves': 'nothing []',
    'its connection breaks': 'nothing [other]',
    'it is cut off for half a session': 'standby [other us]',
    'it is cut off for two sessions': 'standby [other us]',
    'its session is ended': 'nothing [other]',
    'its node is removed': 'nothing [other]',
    'all nodes are removed': 'nothing [other]',
    'the way to it is open again': 'standby [other us]',
    'it leaves': 'nothing [other]',
  },
  'has left': {
    'another one enters': 'nothing [other]',
    'the other one leaves': 'nothing []',
    'its connection breaks': 'nothing [other]',
    'it is cut off for half a session': 'nothing [other]',
    'it is cut off for two sessions': 'nothing [other]',
    'its session is ended': 'nothing [other]',
    'its node is removed': 'nothing [other]',
    'all nodes are removed': 'nothing [other]',
    'the way to it is open again': 'nothing [other]',
    'it leaves': 'nothing [other]',
  },
};

async function play(from: From, event: EventName): Promise<string> {
  const stage = new Stage();
  stage.server.makePath(PATH);
  await FROM[from](stage);
  stage.us.said.length = 0;
  await EVENTS[event](stage);
  const announcements = stage.us.said.join(', ') || 'nothing';
  return `${announcements} [${stage.nodes().join(' ')}]`;
}

const rows = (Object.keys(FROM) as From[]).flatMap((from) =>
  (Object.keys(EVENTS) as EventName[]).map((event) => [from, event] as const),
);

test.each(rows)('a contender that %s, and %s', async (from, event) => {
  expect(await play(from, event)).toBe(TABLE[from][event]);
});
