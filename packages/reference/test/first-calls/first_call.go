// The first calls of a stranger: a generated client logs in, registers a customer and reads it back. What it needs comes on stdin.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	dcms "github.com/GIT_USER_ID/GIT_REPO_ID"
)

func main() {
	var given struct {
		BaseUrl, Tenant, Username, Password string
		Registration                        dcms.RegisterRequest
	}
	check(json.NewDecoder(os.Stdin).Decode(&given))
	// Logging in stands outside the prefix of the calls.
	access := clientOf(given.BaseUrl)
	client := clientOf(given.BaseUrl + "/v1")
	open := context.Background()
	login := *dcms.NewAuthenticateRequest(given.Username, given.Password)
	answer, _, err := access.AccessAPI.Authenticate(open).Tenant(given.Tenant).AuthenticateRequest(login).Execute()
	check(err)

	known := context.WithValue(open, dcms.ContextAccessToken, answer.GetIdToken())
	registered, _, err := client.RegistrationAPI.Register(known).Tenant(given.Tenant).RegisterRequest(given.Registration).Execute()
	check(err)
	wanted := *dcms.NewViewCustomerRequest(registered.Result.EntityId)
	shown, _, err := client.CustomerAPI.ViewCustomer(known).Tenant(given.Tenant).ViewCustomerRequest(wanted).Execute()
	check(err)
	fmt.Println(shown.Result.EntityId)

	nobody := *dcms.NewViewCustomerRequest("NOBODY")
	_, refusal, _ := client.CustomerAPI.ViewCustomer(known).Tenant(given.Tenant).ViewCustomerRequest(nobody).Execute()
	fmt.Println(refusal.StatusCode)
}

func clientOf(address string) *dcms.APIClient {
	configuration := dcms.NewConfiguration()
	configuration.Servers = dcms.ServerConfigurations{{URL: address}}
	configuration.OperationServers = nil
	return dcms.NewAPIClient(configuration)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
