/**
 * A zone builder on a clock that is moved by hand: events in, effects out in words.
 */

import type { BuilderEffect } from '../../../../dns/core/builder/effects';
import type { BuilderEvent, BuilderEvents } from '../../../../dns/core/builder/events';
import { type BuilderState, checkBuilder } from '../../../../dns/core/builder/state';
import { builderMachine } from '../../../../dns/core/step';

export class Builder {
  readonly state: BuilderState;
  now = 1000;

  constructor(masters: readonly string[] = ['a', 'b'], detectionMs = 0) {
    this.state = builderMachine.init({ masters, refreshMs: 60_000, detectionMs });
  }

  /** Tells of an event; one about an attempt is about the newest, unless it says another. */
  tell<K extends keyof BuilderEvents>(kind: K, event: Partial<BuilderEvents[K]> = {}): string[] {
    const { attempt } = this.state.follow;
    const about = { attempt, kind, ...event, at: this.now } as unknown as BuilderEvent;
    const effects = builderMachine.step(this.state, about).map((effect) => this.print(effect));
    expect(checkBuilder(this.state)).toEqual([]);
    return effects;
  }

  wake(timer: string): string[] {
    return this.tell('woke', { timer });
  }

  /** The next master is asked for its stream, and refuses it. */
  refuse(reason = 'status 404'): string[] {
    return this.tell('attempt.ended', { reason });
  }

  open(): void {
    this.tell('started');
    this.tell('stream.opened', { url: 'a' });
  }

  begin(heartbeatMs = 15_000): string[] {
    return this.tell('stream.begun', { heartbeatMs, tasks: 3, agents: 2 });
  }

  /** A stream is followed, and its zone has gone out. */
  serve(): void {
    this.open();
    this.begin();
    this.tell('stream.applied', { changed: false, frameworks: false });
    this.publish();
  }

  publish(): string[] {
    return [...this.wake('publish'), ...this.tell('part.sent', { last: true }), ...this.tell('part.taken')];
  }

  private print(effect: BuilderEffect): string {
    switch (effect.kind) {
      case 'open':
      case 'poll':
      case 'ask-pids':
        return `${effect.kind} ${effect.attempt} ${effect.url}`;
      case 'load':
        return `load ${effect.attempt}`;
      case 'begin-change':
        return `begin-change ${effect.serial}`;
      case 'wake':
        return `${effect.timer} in ${effect.at - this.now}`;
      case 'lose':
        return `lose: ${effect.reason}`;
      case 'status':
        return `status ${effect.source} ${effect.heardAt} ${effect.failures}`;
      case 'note':
        return [effect.level, effect.text, ...Object.values(effect.fields ?? {})].join(': ');
      default:
        return effect.kind;
    }
  }
}
