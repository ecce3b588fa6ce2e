import { readProcessList } from '../../../lb/edge/master-socket';

const answer = `#<PID>          <type>          <reloads>       <uptime>        <version>
4800            master          2 [failed: 1]   0d00h00m05s     2.6.12-1+deb12u4
# workers
4829            worker          1               0d00h00m05s     2.6.12-1+deb12u4
# old workers
4803            worker          2               0d00h00m06s     2.6.12-1+deb12u4
# programs

`;

test('the list of processes is read', () => {
  expect(readProcessList(answer)).toEqual({
    master: 4800,
    reloads: 2,
    failed: 1,
    worker: 4829,
    version: '2.6.12-1+deb12u4',
    old: [4803],
  });
});

test.each(['', 'Unknown command'])('%j is no list', (text) => {
  expect(readProcessList(text)).toBeUndefined();
});
