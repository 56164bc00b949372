import { workerData } from 'node:worker_threads';

// Ends the whole process within a second of losing its parent, whatever its main thread is doing.
setInterval(() => {
  if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL');
}, 1000);
