// What every script here stands on: the world that is handed over, its steps, and how it ends.
import { webcrypto } from "node:crypto";

// Node 18 has it under another name alone.
globalThis.crypto ??= webcrypto;

// Addresses, the person's name, and the clients that were made beforehand.
export const world = JSON.parse(process.argv[2]);

const steps = [];

// Does one thing that a client does; a script that fails says at which.
export const step = async (name, act) => {
  try {
    const done = await act();
    steps.push(name);
    return done;
  } catch (failure) {
    console.error(`It failed where it ${name}:`);
    throw failure;
  }
};

// Tells what was done.
export const finish = () => console.log(JSON.stringify({ steps }));
