"""The first calls of a stranger: a generated client logs in, registers a customer and reads it back. What it needs comes on stdin."""

import json
import sys

import openapi_client as dcms

given = json.load(sys.stdin)
tenant = given["tenant"]
# Logging in stands outside the prefix of the calls.
open_client = dcms.ApiClient(dcms.Configuration(host=given["baseUrl"], ignore_operation_servers=True))
login = dcms.AuthenticateRequest(username=given["username"], password=given["password"])
token = dcms.AccessApi(open_client).authenticate(tenant, login).id_token

client = dcms.ApiClient(dcms.Configuration(host=given["baseUrl"] + "/v1", access_token=token))
registration = dcms.RegisterRequest.from_dict(given["registration"])
registered = dcms.RegistrationApi(client).register(tenant, registration)
customers = dcms.CustomerApi(client)
shown = customers.view_customer(tenant, dcms.ViewCustomerRequest(entityId=registered.result.entity_id))
print(shown.result.entity_id)

try:
    customers.view_customer(tenant, dcms.ViewCustomerRequest(entityId="NOBODY"))
except dcms.ApiException as refusal:
    print(refusal.status)
