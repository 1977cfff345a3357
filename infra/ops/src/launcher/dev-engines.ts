// Where the engines of development listen.
export const devMongoPort = 27117
export const devKafkaPort = 9192
