import {
  readBlkio,
  readBytes,
  readIoStat,
  readKeyed,
} from '../../../../../cluster/agent/containerizer/cgroups/text';

describe('the texts of cgroup files', () => {
  it('are keys with numbers', () => {
    expect([...readKeyed('nr_periods 10\nnr_throttled 2\nhierarchical x\n')]).toEqual([
      ['nr_periods', 10],
      ['nr_throttled', 2],
    ]);
    expect(readKeyed(undefined).size).toBe(0);
  });

  it.each([
    ['4096\n', 4096],
    ['max\n', Number.POSITIVE_INFINITY],
    ['-1\n', Number.POSITIVE_INFINITY],
    ['9223372036854771712\n', Number.POSITIVE_INFINITY],
    ['9223372036854710272\n', Number.POSITIVE_INFINITY],
    ['', undefined],
    [undefined, undefined],
  ])('%j is a number of bytes: %s', (text, bytes) => {
    expect(readBytes(text)).toBe(bytes);
  });

  it('are values of block devices in v1, with or without operations', () => {
    expect(readBlkio('8:0 Read 4096\n8:0 Discard 1\n8:0 Total 4097\nTotal 4097\n')).toEqual([
      { device: '8:0', op: 'READ', value: 4096 },
      { device: '8:0', op: 'DISCARD', value: 1 },
      { device: '8:0', op: 'TOTAL', value: 4097 },
      { device: undefined, op: 'TOTAL', value: 4097 },
    ]);
    expect(readBlkio('8:16 77\n')).toEqual([{ device: '8:16', op: undefined, value: 77 }]);
  });

  it('are one line for each block device in v2', () => {
    const [first, ...others] = readIoStat(
      '254:0 rbytes=8192 wbytes=4096 rios=2 wios=1 dbytes=0 dios=0\n7:0 \n',
    );
    expect(first).toEqual({
      device: '254:0',
      serviceBytes: [
        { op: 'READ', value: 8192 },
        { op: 'WRITE', value: 4096 },
        { op: 'DISCARD', value: 0 },
        { op: 'TOTAL', value: 12288 },
      ],
      serviced: [
        { op: 'READ', value: 2 },
        { op: 'WRITE', value: 1 },
        { op: 'DISCARD', value: 0 },
        { op: 'TOTAL', value: 3 },
      ],
    });
    expect(others.map(({ device }) => device)).toEqual(['7:0']);
  });
});
