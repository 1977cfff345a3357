// Dependencies that take long to load, each loaded by the first call that needs it: the rules of a
// service and most of what the `dcms` command does need none of them.
import { createRequire } from 'node:module'
import type expressModule from 'express'
import type jwtModule from 'jsonwebtoken'
import type mongooseModule from 'mongoose'
import type * as undiciModule from 'undici'

const load = createRequire(import.meta.url)

/** Kept, so that a call costs nothing but the first time, and also works while a test run ends. */
function whenNeeded<Module>(name: string): () => Module {
  let loaded: Module | undefined
  return () => (loaded ??= load(name) as Module)
}

export const express = whenNeeded<typeof expressModule>('express')
export const jwt = whenNeeded<typeof jwtModule>('jsonwebtoken')
export const mongoose = whenNeeded<typeof mongooseModule>('mongoose')
export const undici = whenNeeded<typeof undiciModule>('undici')
