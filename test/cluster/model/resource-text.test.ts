import { readAttributeText, readResourceText } from '../../../cluster/model/resource-text';
import { printResources, type Resources, writeLegacyResources } from '../../../cluster/model/resources';

describe('the text of --resources', () => {
  it('reads scalars, ranges, sets and roles', () => {
    const read = readResourceText(
      ' cpus:2.5 ; mem:1024;ports(web):[31000-31001, 31005-31006];disks:{b, a, b};',
    );
    expect(writeLegacyResources(read as Resources)).toEqual([
      { name: 'cpus', type: 'SCALAR', scalar: { value: 2.5 }, role: '*' },
      { name: 'disks', type: 'SET', set: { item: ['a', 'b'] }, role: '*' },
      { name: 'mem', type: 'SCALAR', scalar: { value: 1024 }, role: '*' },
      {
        name: 'ports',
        type: 'RANGES',
        ranges: {
          range: [
            { begin: 31000, end: 31001 },
            { begin: 31005, end: 31006 },
          ],
        },
        role: 'web',
      },
    ]);
  });

  it('adds what is named twice and takes the role * as none', () => {
    expect(printResources(readResourceText('cpus:1;cpus(*):2') as Resources)).toBe('cpus:3');
    expect(readResourceText('')).toEqual([]);
  });

  it.each([
    ['cpus', 'Cannot parse resource "cpus": expected name:value or name(role):value'],
    ['cpus:', 'Cannot parse resource "cpus:": "" is not a number, [ranges] or {set}'],
    ['mem:1;cpus:two', 'Cannot parse resource "cpus:two": "two" is not a number, [ranges] or {set}'],
    ['cpus:-1', 'Cannot parse resource "cpus:-1": "-1" is not a number, [ranges] or {set}'],
    ['cpus:Infinity', 'Cannot parse resource "cpus:Infinity": "Infinity" is not a number, [ranges] or {set}'],
    ['ports:[9-1]', 'Cannot parse resource "ports:[9-1]": Cannot parse ranges "[9-1]": begin exceeds end'],
  ])('refuses %s and names the part', (text, error) => {
    expect(readResourceText(text)).toEqual({ error });
  });
});

describe('the text of --attributes', () => {
  it('reads numbers, ranges and words, and splits at the first colon only', () => {
    expect(
      readAttributeText(
        'rack:r1; level:10.5 ;ports:[1-2, 4-5];url:http://a:1\nzone:us east;below:-1;hex:0x10;f(x):g(x)',
      ),
    ).toEqual([
      { name: 'rack', type: 'TEXT', text: { value: 'r1' } },
      { name: 'level', type: 'SCALAR', scalar: { value: 10.5 } },
      {
        name: 'ports',
        type: 'RANGES',
        ranges: {
          range: [
            { begin: 1, end: 2 },
            { begin: 4, end: 5 },
          ],
        },
      },
      { name: 'url', type: 'TEXT', text: { value: 'http://a:1' } },
      { name: 'zone', type: 'TEXT', text: { value: 'useast' } },
      { name: 'below', type: 'TEXT', text: { value: '-1' } },
      { name: 'hex', type: 'SCALAR', scalar: { value: 16 } },
      { name: 'f(x)', type: 'TEXT', text: { value: 'g(x)' } },
    ]);
  });

  it.each([
    ['a:{x,y}', 'attributes cannot be sets; write text, such as x_y'],
    ['a:[x]', 'Cannot parse ranges "[x]": "x" is not begin-end'],
    ['a:x[1-2]', "unexpected '[' found: only ranges have brackets"],
    ['a:x{y}', "unexpected '{' found"],
    ['a:{x', 'its brackets do not match'],
    ['a:)(', 'its brackets do not match'],
  ])('refuses %s as Mesos does, with the reason', (text, why) => {
    expect(readAttributeText(text)).toEqual({ error: `Cannot parse attribute "${text}": ${why}` });
  });

  it.each(['rack', ':r1', 'a:', 'a: '])('refuses %s', (text) => {
    expect(readAttributeText(text)).toEqual({
      error: `Cannot parse attribute "${text.trim()}": expected name:value`,
    });
  });
});
