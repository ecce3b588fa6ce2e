/**
 * A framework in the simulation that launches nothing: it holds each offer for a while before it declines it, and answers
 * inverse offers, so that there is always something to rescind.
 */

import type { Event as SchedulerEvent } from '../../cluster/api/generated/scheduler';
import type { World } from './world';

const FAILOVER_S = 100_000;

export class HolderNode {
  private id: string | undefined;
  private stream = '';
  private streams = 0;
  /** Offers it holds, and inverse offers it has not answered. */
  readonly held = new Set<string>();

  constructor(private readonly world: World) {}

  /** Subscribes, and again whenever the stream ends. */
  subscribe(): void {
    const { master, network } = this.world;
    if (!master.isLeading) {
      network.after(1000, () => this.subscribe());
      return;
    }
    const stream = `holder-${++this.streams}`;
    this.stream = stream;
    this.held.clear();
    master.openStream(stream, {
      received: (event) => this.received(stream, event),
      closed: () => this.stream === stream && network.after(network.someMs(3000), () => this.subscribe()),
    });
    const id = this.id === undefined ? undefined : { value: this.id };
    const framework_info = {
      id,
      name: 'holder',
      user: 'nobody',
      failover_timeout: FAILOVER_S,
      checkpoint: true,
    };
    master.post({
      kind: 'scheduler.subscribe',
      stream,
      subscribe: { framework_info },
      principal: undefined,
    });
  }

  private received(stream: string, event: SchedulerEvent): void {
    if (stream !== this.stream) return;
    if (event.subscribed) this.id = event.subscribed.framework_id.value;
    for (const { id } of event.offers?.offers ?? []) this.hold(stream, id.value, 'decline');
    for (const { id } of event.inverse_offers?.inverse_offers ?? []) {
      const word = this.world.chance(0.5) ? 'accept_inverse_offers' : 'decline_inverse_offers';
      this.hold(stream, id.value, word);
    }
    const gone = event.rescind?.offer_id.value ?? event.rescind_inverse_offer?.inverse_offer_id.value;
    if (gone !== undefined) this.held.delete(gone);
  }

  private hold(
    stream: string,
    value: string,
    word: 'decline' | 'accept_inverse_offers' | 'decline_inverse_offers',
  ): void {
    const { master, network } = this.world;
    this.held.add(value);
    network.after(network.someMs(8000), () => {
      if (stream !== this.stream || !this.held.delete(value)) return;
      const ids = word === 'decline' ? 'offer_ids' : 'inverse_offer_ids';
      const filters = { refuse_seconds: network.someMs(10) };
      const answer = { [word]: { [ids]: [{ value }], filters } };
      const call = { framework_id: { value: this.id }, type: word.toUpperCase(), ...answer };
      master.call(stream, call, () => undefined);
    });
  }
}
