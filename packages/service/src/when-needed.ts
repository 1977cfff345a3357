// Dependencies that take long to load, each loaded by the first call that needs it: the rules of a
// service and most of what the `dcms` command does need none of them.
import { createRequire } from 'node:module'
import type expressModule from 'express'
import type jwtModule from 'jsonwebtoken'
import type mongooseModule from 'mongoose'
import type * as undiciModule from 'undici'

const load = createRequire(import.meta.url)

export const express = (): typeof expressModule => load('express')
export const jwt = (): typeof jwtModule => load('jsonwebtoken')
export const mongoose = (): typeof mongooseModule => load('mongoose')
export const undici = (): typeof undiciModule => load('undici')
