import { printPid, readPid } from '../../../../cluster/runtime/messages/pid';

describe('a libprocess address', () => {
  it.each([
    ['master@10.0.0.1:5050', { id: 'master', host: '10.0.0.1', port: 5050 }],
    ['slave(1)@127.0.0.1:5051', { id: 'slave(1)', host: '127.0.0.1', port: 5051 }],
    ['scheduler-d6a9-4@node.example.com:0', { id: 'scheduler-d6a9-4', host: 'node.example.com', port: 0 }],
    ['master@[::1]:65535', { id: 'master', host: '[::1]', port: 65535 }],
  ])('%s is read and printed', (text, pid) => {
    expect(readPid(text)).toEqual(pid);
    expect(printPid(pid)).toBe(text);
  });

  it('may have blanks around it', () => {
    expect(readPid(' master@h:1 ')).toEqual({ id: 'master', host: 'h', port: 1 });
  });

  it.each([
    '',
    'master',
    '@1.2.3.4:5050',
    'master@:5050',
    'master@1.2.3.4',
    'master@1.2.3.4:',
    'master@1.2.3.4:65536',
    'master@1.2.3.4:123456',
    'master@::1:5050',
    'master@h:5x',
    'a b@h:1',
    'a@b@h:1',
    'master@h:1\r\nX-Evil: 1',
  ])('is not %j', (text) => {
    expect(readPid(text)).toBeUndefined();
  });
});
