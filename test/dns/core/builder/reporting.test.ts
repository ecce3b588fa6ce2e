import { STATUS_MS } from '../../../../dns/core/builder/reporting';
import { Builder } from './builder';

describe('the status of the builder', () => {
  it('is told at once when a master is heard for the first time, and later on from time to time', () => {
    const builder = new Builder();
    builder.open();
    builder.begin();
    const applied = (): string[] => builder.tell('stream.applied', { changed: false, frameworks: false });
    expect(applied()).toEqual(['status stream 1000 0', `status in ${STATUS_MS}`]);
    builder.now += 100;
    expect(applied()).toEqual([]);
    builder.now += 400;
    expect(builder.wake('status')).toEqual(['status stream 1100 0']);
    expect(applied()).toEqual([`status in ${STATUS_MS}`]);
  });

  it('counts failures, of ZooKeeper too', () => {
    const builder = new Builder();
    builder.tell('started');
    expect(builder.tell('masters.failed')).toEqual([`status in ${STATUS_MS}`]);
    expect(builder.tell('masters.failed')).toEqual([]);
    expect(builder.wake('status')).toEqual(['status none 0 2']);
  });
});
