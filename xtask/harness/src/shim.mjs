// The Worker's entry module: hands each event to the Rust function of the same name.
//
// A Rust panic or any other trap leaves the module's memory in an unknown state. Requests that are
// served after it must not see that memory, so the next event starts with a fresh instance.

import * as wasm from "./index.js";

const state = wasm.__worker_init_state();

function noticeTrap(error) {
  if (error instanceof WebAssembly.RuntimeError) {
    console.error("trap in WebAssembly", error);
    state.criticalError = true;
  }
}

addEventListener("error", (event) => noticeTrap(event.error));

function guarded(handler) {
  return async (event, env, context) => {
    if (state.criticalError) {
      console.log("starting WebAssembly afresh");
      wasm.__wbg_reset_state();
      state.criticalError = false;
    }
    try {
      return await handler(event, env, context);
    } catch (error) {
      noticeTrap(error);
      throw error;
    }
  };
}

export default {
  fetch: guarded(wasm.fetch),
  queue: guarded(wasm.queue),
  scheduled: guarded(wasm.scheduled),
};
